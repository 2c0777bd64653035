//! Member sets of a folder: each is mapped once for all programs that name it.
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Weak};

use turnout_engine::{MemberSets, NamedSet, Place, UnitIds};
use turnout_member_files::MappedSet;

/// The sets that programs hold. A set is the file `<sha256>.set`, in lower-case hexadecimal; a file
/// that is replaced or unlinked stays mapped as long as a program needs it.
#[derive(Debug, Default)]
pub struct MappedSets {
    mapped: HashMap<NamedSet, Weak<Mapped>>,
    /// Those of which it was said that they cannot be had.
    told: HashSet<NamedSet>,
    quiet: bool,
}

/// What was found of the sets that one snapshot names.
#[derive(Debug, Default)]
pub struct FoundSets {
    sets: HashMap<NamedSet, Arc<Mapped>>,
    missing: usize,
}

#[derive(Debug)]
struct Mapped(MappedSet);

impl UnitIds for Mapped {
    #[inline]
    fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }

    #[inline]
    fn place(&self, id: &str) -> Place {
        Place(self.0.place(id).words())
    }

    #[inline]
    fn holds(&self, place: Place) -> bool {
        self.0.holds(turnout_members::Place::from_words(place.0))
    }
}

impl MappedSets {
    /// Those of somebody who writes no log.
    #[must_use]
    pub fn quiet() -> Self {
        Self {
            quiet: true,
            ..Self::default()
        }
    }

    /// Finds the sets that a snapshot names, each once.
    ///
    /// One that cannot be had is told once in the log, until it was there or is named no more; the
    /// next call looks for it again.
    pub fn find(&mut self, folder: Option<&Path>, named: &[NamedSet]) -> FoundSets {
        let mut found = FoundSets::default();
        for set in named {
            match self.find_one(folder, set) {
                Ok(mapped) => {
                    self.told.remove(set);
                    found.sets.insert(*set, mapped);
                }
                Err(why) => {
                    found.missing += 1;
                    if self.told.insert(*set) && !self.quiet {
                        tell(set, &why);
                    }
                }
            }
        }
        self.told.retain(|set| named.contains(set));
        self.mapped.retain(|_, set| set.strong_count() > 0);
        found
    }

    fn find_one(&mut self, folder: Option<&Path>, set: &NamedSet) -> Result<Arc<Mapped>, String> {
        if let Some(mapped) = self.mapped.get(set).and_then(Weak::upgrade) {
            return Ok(mapped);
        }
        let folder = folder.ok_or("no folder of member sets is given")?;
        // A set takes milliseconds, and requests go before.
        std::thread::yield_now();
        let opened = Arc::new(Mapped(open(folder, set)?));
        self.mapped.insert(*set, Arc::downgrade(&opened));
        Ok(opened)
    }
}

/// Maps the file of a set and checks that it is what the snapshot says.
fn open(folder: &Path, set: &NamedSet) -> Result<MappedSet, String> {
    let path = folder.join(file_name(set));
    let mapped = MappedSet::open(&path).map_err(|error| error.to_string())?;
    let (size, count) = (mapped.bytes().len() as u64, mapped.len());
    if (size, count) != (set.size, set.count) {
        return Err(format!(
            "`{}` has {size} bytes and {count} members, and the snapshot says {} and {}",
            path.display(),
            set.size,
            set.count
        ));
    }
    Ok(mapped)
}

fn tell(set: &NamedSet, why: &str) {
    tracing::error!(
        "member set {} cannot be used: {why}; its segments are UNKNOWN, MEMBERS_MISSING, until a \
         snapshot is loaded with the set in its place: remove a damaged file, so that it is \
         fetched again",
        hex(&set.sha256)
    );
}

impl MemberSets for FoundSets {
    fn find(&self, named: &NamedSet) -> Option<Arc<dyn UnitIds>> {
        let mapped = Arc::clone(self.sets.get(named)?);
        Some(mapped)
    }
}

impl FoundSets {
    /// What the sets of a program come to.
    pub(crate) fn held(&self) -> Held {
        Held {
            sets: self.sets.len() as u64,
            members: self.sets.keys().map(|set| set.count).sum(),
            bytes: self.sets.keys().map(|set| set.size).sum(),
            missing: self.missing as u64,
        }
    }
}

/// How much a program holds of the member sets that its snapshot names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// Each once, however many segments name it.
    pub sets: u64,
    pub members: u64,
    /// Mapped.
    pub bytes: u64,
    pub missing: u64,
}

/// The name of a set's file.
fn file_name(set: &NamedSet) -> String {
    hex(&set.sha256) + ".set"
}

/// A SHA-256 as it is written.
pub fn hex(sha256: &[u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in sha256 {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
