//! What one request knows, resolved against one program.
use std::cell::OnceCell;

use crate::index::{AttributeIndex, UnitKindIndex};
use crate::program::Program;
use crate::scratch::Scratch;
use crate::value::ValueRef;
use crate::visitor::AttributeState;

/// Unit ids and attributes by index, and what could not be known.
///
/// Reusable: [`Context::recycle`] empties it and keeps its memory.
#[derive(Debug)]
pub struct Context<'a> {
    cells: Vec<Cell>,
    entries: Vec<Entry<'a>>,
    units: Vec<Cell>,
    generation: u32,
    partial: bool,
    events_reached: bool,
    pub(crate) scratch: Box<Scratch>,
}

/// Where an attribute's value is. INVARIANT: counts only when `generation` is the context's, so
/// that emptying the context touches no cell.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    generation: u32,
    position: u32,
}

/// The position of an attribute that could not be known.
const UNKNOWN: u32 = u32::MAX;

/// A value and its folded form, which is made at most once.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) value: ValueRef<'a>,
    pub(crate) folded: OnceCell<Box<str>>,
}

/// One of the three states of an attribute.
#[derive(Debug)]
pub(crate) enum State<'c, 'a> {
    Set(&'c Entry<'a>),
    Unset,
    Unknown,
}

impl State<'_, '_> {
    #[inline]
    pub(crate) fn kind(&self) -> AttributeState {
        match self {
            Self::Set(_) => AttributeState::Set,
            Self::Unset => AttributeState::Unset,
            Self::Unknown => AttributeState::Unknown,
        }
    }
}

/// A unit's id, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit<'a> {
    Absent,
    Unknown,
    Id(&'a str),
}

/// A unit whose id is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NamedUnit<'a> {
    pub(crate) kind: UnitKindIndex,
    pub(crate) id: &'a str,
}

impl Context<'_> {
    /// An empty, complete context.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        Context {
            cells: vec![Cell::default(); program.attributes().len()],
            entries: Vec::new(),
            units: vec![Cell::default(); program.unit_kinds().len()],
            generation: 1,
            partial: false,
            events_reached: false,
            scratch: Box::default(),
        }
    }

    /// Empties the context for another request, perhaps of another program, and keeps its memory.
    #[must_use]
    pub fn recycle<'b>(mut self, program: &Program) -> Context<'b> {
        self.reset(program);
        Context {
            cells: self.cells,
            // Collecting an emptied list in place gives its memory the new lifetime.
            entries: self.entries.into_iter().map_while(|_| None).collect(),
            units: self.units,
            generation: self.generation,
            partial: false,
            events_reached: false,
            scratch: self.scratch,
        }
    }

    /// Empties the context in place, as [`Context::recycle`] does; nothing borrowed is left in it.
    pub fn reset(&mut self, program: &Program) {
        self.entries.clear();
        self.cells
            .resize(program.attributes().len(), Cell::default());
        self.units
            .resize(program.unit_kinds().len(), Cell::default());
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.cells.fill(Cell::default());
            self.units.fill(Cell::default());
            self.generation = 1;
        }
        self.partial = false;
        self.events_reached = false;
    }
}

impl<'a> Context<'a> {
    /// Names a unit's id. An empty id counts as missing; a kind that nothing looks at is dropped.
    pub fn unit(&mut self, program: &Program, kind: &str, id: &'a str) {
        if id.is_empty() {
            return;
        }
        if let Some(index) = program.unit_kind(kind)
            && let Ok(position) = u32::try_from(self.entries.len())
            && let Some(cell) = self.units.get_mut(index.at())
        {
            *cell = Cell {
                generation: self.generation,
                position,
            };
            self.push(ValueRef::String(id));
        }
    }

    /// Sets an attribute by name; one that no condition looks at is dropped at once.
    ///
    /// An attribute that was named unknown stays unknown.
    pub fn set(&mut self, program: &Program, attribute: &str, value: ValueRef<'a>) {
        if let Some(index) = program.attribute(attribute) {
            self.set_at(index, value);
        }
    }

    /// Sets an attribute by index, as [`Context::looks_at`] gives it.
    pub fn set_at(&mut self, attribute: AttributeIndex, value: ValueRef<'a>) {
        let Ok(position) = u32::try_from(self.entries.len()) else {
            return;
        };
        let Some(cell) = self.cells.get_mut(attribute.at()) else {
            return;
        };
        if cell.generation == self.generation && cell.position == UNKNOWN {
            return;
        }
        *cell = Cell {
            generation: self.generation,
            position,
        };
        self.push(value);
    }

    fn push(&mut self, value: ValueRef<'a>) {
        let folded = OnceCell::new();
        self.entries.push(Entry { value, folded });
    }

    /// The attribute's index if any condition looks at it, so that callers convert only what is needed.
    #[must_use]
    pub fn looks_at(program: &Program, attribute: &str) -> Option<AttributeIndex> {
        program.attribute(attribute)
    }

    /// Says that the attribute, and the unit kind, of that name could not be known.
    ///
    /// A unit id that is given all the same is known.
    pub fn unknown(&mut self, program: &Program, name: &str) {
        if let Some(cell) = program
            .attribute(name)
            .and_then(|index| self.cells.get_mut(index.at()))
        {
            *cell = Cell {
                generation: self.generation,
                position: UNKNOWN,
            };
        }
        if let Some(index) = program.unit_kind(name)
            && let Some(cell) = self.units.get_mut(index.at())
            && cell.generation != self.generation
        {
            *cell = Cell {
                generation: self.generation,
                position: UNKNOWN,
            };
        }
    }

    /// Says whether all that is absent could not be known.
    pub fn partial(&mut self, partial: bool) {
        self.partial = partial;
    }

    /// Says whether the source of events was reached: then a fact about events that is absent is
    /// that of a unit without events, also in a partial context; else it is not known.
    pub fn events_reached(&mut self, reached: bool) {
        self.events_reached = reached;
    }

    pub(crate) fn has_reached_events(&self) -> bool {
        self.events_reached
    }

    /// The state of an attribute that the context says anything about.
    pub(crate) fn given(&self, attribute: AttributeIndex) -> Option<State<'_, 'a>> {
        let cell = self.cells.get(attribute.at())?;
        (cell.generation == self.generation).then(|| self.entry(cell.position))
    }

    #[inline]
    pub(crate) fn attribute(&self, attribute: AttributeIndex) -> State<'_, 'a> {
        match self.cells.get(attribute.at()) {
            Some(cell) if cell.generation == self.generation => self.entry(cell.position),
            _ if self.partial => State::Unknown,
            _ => State::Unset,
        }
    }

    #[inline]
    fn entry(&self, position: u32) -> State<'_, 'a> {
        let entry = usize::try_from(position)
            .ok()
            .and_then(|at| self.entries.get(at));
        match entry {
            None => State::Unknown,
            Some(Entry {
                value: ValueRef::Null,
                ..
            }) => State::Unset,
            Some(entry) => State::Set(entry),
        }
    }

    #[inline]
    pub(crate) fn unit_of(&self, kind: UnitKindIndex) -> Unit<'a> {
        match self.units.get(kind.at()) {
            Some(cell) if cell.generation == self.generation => match self.entry(cell.position) {
                State::Set(Entry {
                    value: ValueRef::String(id),
                    ..
                }) => Unit::Id(id),
                _ => Unit::Unknown,
            },
            _ if self.partial => Unit::Unknown,
            _ => Unit::Absent,
        }
    }
}
