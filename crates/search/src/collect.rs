//! Collecting answers: counts of all kinds and the best of one, in one pass over the matches.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

use crate::find::{Cursor, Section};

/// Answers: how many of each section, and the best ones in order.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub counts: [u64; 3],
    pub best: Vec<(Cursor, DocAddress)>,
}

/// Collects the answers after a place in the order.
pub(crate) struct Best {
    pub section: Option<Section>,
    pub after: Option<Cursor>,
    pub limit: usize,
}

pub(crate) struct SegmentBest {
    segment: SegmentOrdinal,
    section: Option<usize>,
    after: Option<Cursor>,
    limit: usize,
    kinds: Arc<dyn ColumnValues<u64>>,
    ties: Arc<dyn ColumnValues<u64>>,
    counts: [u64; 3],
    heap: BinaryHeap<Reverse<(Cursor, DocId)>>,
}

impl Collector for Best {
    type Fruit = Collected;
    type Child = SegmentBest;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<SegmentBest> {
        let fast = reader.fast_fields();
        Ok(SegmentBest {
            segment,
            section: self.section.map(Section::index),
            after: self.after,
            limit: self.limit,
            kinds: fast.column_first_or_default("kind")?,
            ties: fast.column_first_or_default("tie")?,
            counts: [0; 3],
            heap: BinaryHeap::with_capacity(self.limit + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<Collected>) -> tantivy::Result<Collected> {
        let mut all = Collected::default();
        for fruit in fruits {
            for (sum, n) in all.counts.iter_mut().zip(fruit.counts) {
                *sum += n;
            }
            all.best.extend(fruit.best);
        }
        all.best.sort_unstable_by_key(|(cursor, _)| Reverse(*cursor));
        all.best.truncate(self.limit);
        Ok(all)
    }
}

impl SegmentCollector for SegmentBest {
    type Fruit = Collected;

    fn collect(&mut self, doc: DocId, score: Score) {
        let section = Section::index_of_kind(self.kinds.get_val(doc));
        if let Some(count) = self.counts.get_mut(section) {
            *count += 1;
        }
        if self.section.is_some_and(|wanted| wanted != section) {
            return;
        }
        let points = Cursor::points(score);
        // The tie is read only for documents that may be shown.
        if self.heap.len() >= self.limit && self.heap.peek().is_some_and(|Reverse((c, _))| points < c.points)
        {
            return;
        }
        let at = Cursor { points, tie: self.ties.get_val(doc) };
        if self.after.is_none_or(|after| at < after) {
            self.heap.push(Reverse((at, doc)));
            if self.heap.len() > self.limit {
                self.heap.pop();
            }
        }
    }

    fn harvest(self) -> Collected {
        let segment = self.segment;
        let best =
            self.heap.into_iter().map(|Reverse((at, doc))| (at, DocAddress::new(segment, doc))).collect();
        Collected { counts: self.counts, best }
    }
}
