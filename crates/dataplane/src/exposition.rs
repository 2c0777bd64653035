//! Metrics as text: counters are summed over the threads when they are asked for.
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::members::Held;
use crate::metrics::{MethodTotals, Totals, bucket_bound};
use crate::plane::Plane;

/// The content type of the text.
pub(crate) const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Writes the metrics of a data plane.
pub(crate) struct Exposition {
    registry: Registry,
}

impl Exposition {
    pub(crate) fn new(plane: Arc<Plane>) -> Exposition {
        let mut registry = Registry::with_prefix("turnout");
        registry.register_collector(Box::new(Scrape { plane }));
        Exposition { registry }
    }

    /// The metrics now.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if prometheus_client::encoding::text::encode(&mut text, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

struct Scrape {
    plane: Arc<Plane>,
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

type Labels<'a, const N: usize> = [(&'a str, &'a str); N];

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let totals = Totals::of(&self.plane.counters);
        decisions(&mut encoder, &totals)?;
        calls(&mut encoder, &totals)?;
        self.snapshot(&mut encoder)?;
        self.sticky(&mut encoder)?;
        self.lookups(&mut encoder)?;
        self.process(&mut encoder, &totals)
    }
}

impl Scrape {
    fn snapshot(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let holder = &self.plane.holder;
        let (loads, failures) = holder.counts();
        counter(
            encoder,
            "snapshot_loads",
            "Snapshots that were loaded",
            loads,
        )?;
        counter(
            encoder,
            "snapshot_load_failures",
            "Snapshots that were refused",
            failures,
        )?;
        counter(
            encoder,
            "member_set_failures",
            "Member sets that were not to be had when a snapshot was loaded",
            holder.set_failures(),
        )?;
        self.failed_refreshes(encoder)?;
        let current = holder.current();
        let Some(served) = current.as_deref() else {
            return Ok(());
        };
        let age = holder.age(Instant::now());
        let problems = served.program.header().problems.len();
        gauge(
            encoder,
            "snapshot_age_seconds",
            "Time since the source last agreed",
            age.age.as_secs_f64(),
        )?;
        gauge(
            encoder,
            "snapshot_stale",
            "1 when the age is over its limit",
            f64::from(u8::from(age.stale)),
        )?;
        gauge(
            encoder,
            "snapshot_revision",
            "The revision that is served",
            served.program.revision() as f64,
        )?;
        gauge(
            encoder,
            "snapshot_problems",
            "Items that do not compile",
            problems as f64,
        )?;
        members(encoder, served.members)?;
        let loaded = served.loaded.elapsed().as_secs_f64();
        gauge(
            encoder,
            "snapshot_loaded_seconds",
            "Time since the snapshot was loaded",
            loaded,
        )
    }

    fn failed_refreshes(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let help = "Refreshes that came to nothing: what is served stays";
        let mut family =
            encoder.encode_descriptor("refresh_failures", help, None, MetricType::Counter)?;
        for (kind, count) in self.plane.failed_refreshes.counts() {
            labelled(&mut family, &[("kind", &*kind)], count)?;
        }
        Ok(())
    }

    fn lookups(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let Some(members) = &self.plane.members else {
            return Ok(());
        };
        let counts = members.counts();
        let help = "Ids that were looked up in Redis among members that are not in memory";
        counter(encoder, "member_lookups", help, counts.reads)?;
        let help = "Those that Redis did not answer in time: their segments are UNKNOWN";
        counter(
            encoder,
            "member_lookup_failures",
            help,
            counts.read_failures,
        )
    }

    fn sticky(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let Some(store) = &self.plane.sticky else {
            return Ok(());
        };
        let counts = store.counts();
        let counted = [
            (
                "reads",
                "Units in experiments that were looked up in the store of assignments",
                counts.reads,
            ),
            (
                "read_failures",
                "Look-ups that had no answer in time: the decision is degraded",
                counts.read_failures,
            ),
            ("writes", "Assignments that the store keeps", counts.writes),
            (
                "write_failures",
                "Assignments that the store refused, or did not confirm in time",
                counts.write_failures,
            ),
            (
                "dropped_writes",
                "Assignments that were not sent: the store was known to be out of reach, or too slow",
                counts.dropped_writes,
            ),
            (
                "evictions",
                "Assignments that were removed for their age or for the bound",
                counts.evictions,
            ),
            (
                "garbage",
                "Values in the store that no turnout wrote",
                counts.garbage,
            ),
        ];
        for (name, help, count) in counted {
            counter(encoder, &format!("sticky_{name}"), help, count)?;
        }
        if let Some(length) = store.length() {
            let help = "Units in experiments in the file of assignments";
            gauge(encoder, "sticky_records", help, length as f64)?;
        }
        Ok(())
    }

    fn process(&self, encoder: &mut DescriptorEncoder, totals: &Totals) -> fmt::Result {
        gauge(
            encoder,
            "connections",
            "Connections that are open",
            totals.connections as f64,
        )?;
        counter(
            encoder,
            "connections_opened",
            "Connections that were accepted",
            totals.connections_opened,
        )?;
        gauge(
            encoder,
            "watchers",
            "Streams of Watch that are open",
            totals.watchers as f64,
        )?;
        let slowest = totals.slowest_swap.as_secs_f64();
        gauge(
            encoder,
            "swap_slowest_seconds",
            "The longest that a call spent on taking a new snapshot",
            slowest,
        )?;
        gauge(
            encoder,
            "draining",
            "1 when the server is shutting down",
            f64::from(u8::from(self.plane.draining())),
        )
    }
}

fn members(encoder: &mut DescriptorEncoder, held: Held) -> fmt::Result {
    let held = [
        ("member_sets", "Member sets that are served", held.sets),
        ("members", "Members of these sets", held.members),
        (
            "member_set_bytes",
            "Bytes of these sets, mapped",
            held.bytes,
        ),
        (
            "member_sets_missing",
            "Member sets that the snapshot names and that cannot be had: their segments are UNKNOWN",
            held.missing,
        ),
    ];
    held.into_iter()
        .try_for_each(|(name, help, value)| gauge(encoder, name, help, value as f64))
}

fn decisions(encoder: &mut DescriptorEncoder, totals: &Totals) -> fmt::Result {
    let mut family = encoder.encode_descriptor(
        "decisions",
        "Decisions by outcome",
        None,
        MetricType::Counter,
    )?;
    for (reason, count) in &totals.decisions {
        labelled(&mut family, &[("reason", reason.as_str())], *count)?;
    }
    let help = "Segment checks by state";
    let mut family =
        encoder.encode_descriptor("segment_checks", help, None, MetricType::Counter)?;
    for (state, count) in &totals.checks {
        labelled(&mut family, &[("state", state.as_str())], *count)?;
    }
    Ok(())
}

fn calls(encoder: &mut DescriptorEncoder, totals: &Totals) -> fmt::Result {
    let mut family = encoder.encode_descriptor(
        "calls",
        "Unary calls by gRPC code",
        None,
        MetricType::Counter,
    )?;
    for calls in &totals.calls {
        for (code, count) in calls.codes.iter().enumerate() {
            if *count > 0 || code == 0 {
                let code = code.to_string();
                labelled(
                    &mut family,
                    &[("method", calls.method.name()), ("code", &code)],
                    *count,
                )?;
            }
        }
    }
    let help = "Time of unary calls from the headers to the reply";
    let mut family =
        encoder.encode_descriptor("call_duration_seconds", help, None, MetricType::Histogram)?;
    totals
        .calls
        .iter()
        .try_for_each(|calls| histogram(&mut family, calls))
}

fn histogram(family: &mut MetricEncoder<'_>, calls: &MethodTotals) -> fmt::Result {
    let buckets: Vec<(f64, u64)> = calls
        .buckets
        .iter()
        .enumerate()
        .map(|(index, count)| (bucket_bound(index), *count))
        .collect();
    let labels: Labels<'_, 1> = [("method", calls.method.name())];
    let mut member = family.encode_family(&labels)?;
    member.encode_histogram::<NoLabelSet>(calls.seconds, calls.count(), &buckets, None)
}

fn labelled(
    family: &mut MetricEncoder<'_>,
    labels: &impl EncodeLabelSet,
    count: u64,
) -> fmt::Result {
    ConstCounter::new(count).encode(family.encode_family(labels)?)
}

fn counter(encoder: &mut DescriptorEncoder, name: &str, help: &str, count: u64) -> fmt::Result {
    ConstCounter::new(count).encode(encoder.encode_descriptor(
        name,
        help,
        None,
        MetricType::Counter,
    )?)
}

fn gauge(encoder: &mut DescriptorEncoder, name: &str, help: &str, value: f64) -> fmt::Result {
    ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
}
