//! The desk's own figures, taken at the moment of a scrape.

use nightbell_engine::{CLASSES, Desk, Tally};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
    registry::Unit,
};
use std::fmt;

/// Reads a desk whenever it is asked.
pub(super) struct DeskFigures(pub Desk);

impl fmt::Debug for DeskFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskFigures")
    }
}

impl Collector for DeskFigures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let stats = self.0.stats();
        let help = "Units of work waiting for the writer, by class";
        let out = encoder.encode_descriptor("desk_depth", help, None, MetricType::Gauge)?;
        by_class(out, |n, out| ConstGauge::new(stats.depths[n].waiting as i64).encode(out))?;
        let help = "How long the oldest unit of work of a class has waited";
        let out = encoder.encode_descriptor("desk_oldest_wait", help, Some(&Unit::Seconds), MetricType::Gauge)?;
        by_class(out, |n, out| ConstGauge::new(stats.depths[n].oldest_wait.as_secs_f64()).encode(out))?;
        let help = "Units of work that found no room, by class";
        let out = encoder.encode_descriptor("desk_shed", help, None, MetricType::Counter)?;
        by_class(out, |n, out| ConstCounter::new(stats.counts.shed[n]).encode(out))?;
        let help = "Batches that were not stored";
        let out = encoder.encode_descriptor("commits_failed", help, None, MetricType::Counter)?;
        ConstCounter::new(stats.counts.failed).encode(out)?;
        let help = "1 while the disk is full: alerts are refused, only what rings already goes on";
        let out = encoder.encode_descriptor("disk_full", help, None, MetricType::Gauge)?;
        ConstGauge::new(i64::from(stats.only_paging)).encode(out)?;
        let help = "How long a commit took, the fsync included";
        let out = encoder.encode_descriptor("commit_duration", help, Some(&Unit::Seconds), MetricType::Histogram)?;
        histogram(out, &stats.counts.commit_us, 1e-6)?;
        let help = "Units of work in one durable batch";
        let out = encoder.encode_descriptor("commit_units", help, None, MetricType::Histogram)?;
        histogram(out, &stats.counts.batch_units, 1.0)
    }
}

fn by_class(mut out: MetricEncoder<'_>, value: impl Fn(usize, MetricEncoder<'_>) -> fmt::Result) -> fmt::Result {
    for (n, class) in CLASSES.iter().enumerate() {
        value(n, out.encode_family(&[("class", *class)])?)?;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn histogram(mut out: MetricEncoder<'_>, tally: &Tally, unit: f64) -> fmt::Result {
    let bound = |(n, count): (usize, &u64)| ((1_u64 << n) as f64 * unit, *count);
    let mut buckets: Vec<(f64, u64)> = tally.buckets.iter().enumerate().map(bound).collect();
    // The last one takes whatever is larger.
    if let Some(last) = buckets.last_mut() {
        last.0 = f64::INFINITY;
    }
    out.encode_histogram::<NoLabelSet>(tally.sum as f64 * unit, tally.count, &buckets, None)
}
