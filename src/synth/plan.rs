//! What is asked for: how large a company, which days, which seed, how unruly. The same plan gives the same bytes.

use super::instant::{Day, Instant};
use super::table::{System, Table};

/// How often messages go astray, in a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unruliness {
    /// Arrive hours to months after the fact.
    pub(super) late: u32,
    /// Are delivered twice.
    pub(super) duplicate: u32,
    /// Are followed by one that cannot be read.
    pub(super) malformed: u32,
    /// Records that are corrected, deleted or told twice with the same version, as a share of what is usual: 1000 is usual, 0 never.
    pub(super) rework_per_mille: u32,
}

impl Unruliness {
    /// As systems are.
    pub(super) const USUAL: Self = Self { late: 15_000, duplicate: 4_000, malformed: 20, rework_per_mille: 1_000 };
    /// Every message once, in time, final.
    pub(super) const NONE: Self = Self { late: 0, duplicate: 0, malformed: 0, rework_per_mille: 0 };
}

/// A company and a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// Orders on an ordinary day.
    pub(super) orders_per_day: u32,
    /// Articles on sale.
    pub(super) skus: u32,
    /// Customers when the period begins.
    pub(super) customers: u32,
    /// First day.
    pub(super) from: Day,
    /// Number of days.
    pub(super) days: u32,
    /// Systems whose messages are wanted.
    pub(super) systems: Vec<System>,
    pub(super) unruliness: Unruliness,
}

impl Plan {
    /// The instant at which the period ends: nothing happens from then on, though what happened may still arrive.
    pub(super) fn end(&self) -> Instant {
        self.from.plus(i32::try_from(self.days).unwrap_or(i32::MAX)).start()
    }

    /// Whether the messages about `table` are wanted.
    pub(super) fn tells(&self, table: Table) -> bool {
        self.systems.contains(&table.system())
    }
}
