//! How long a failed sign-in holds up the next. Pure; does not know where the counts are kept.

/// Failures of one login from one address that cost nothing.
pub const PAIR_FREE_FAILURES: i64 = 5;
/// The longest that one login waits at one address.
pub const PAIR_BLOCK_MAX_SECONDS: i64 = 15 * 60;
/// Failures from one address, of whatever logins, that cost nothing: an office has one address.
pub const ADDRESS_FREE_FAILURES: i64 = 30;
/// The longest that an address waits.
pub const ADDRESS_BLOCK_MAX_SECONDS: i64 = 5 * 60;
/// Failures of one login, from whatever addresses, that cost nothing.
pub const LOGIN_FREE_FAILURES: i64 = 50;
/// The longest that a login waits at an address that it has not signed in from: short, for its owner waits too.
pub const LOGIN_BLOCK_MAX_SECONDS: i64 = 30;
/// How long an address counts as the owner's after they signed in from it.
pub const KNOWN_ADDRESS_DAYS: i64 = 30;

/// The first wait; each further failure doubles it.
const FIRST_BLOCK_MS: i64 = 1000;
const MINUTE_MS: i64 = 60_000;
pub(super) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// What failures are counted of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Address,
    Login,
    Pair,
}

struct Limits {
    free: i64,
    block_max_seconds: i64,
    /// One failure is forgotten for each such stretch without another.
    forgotten_every_ms: i64,
}

impl Counted {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Login => "login",
            Self::Pair => "pair",
        }
    }

    fn limits(self) -> Limits {
        let (free, block_max_seconds, minutes) = match self {
            Self::Address => (ADDRESS_FREE_FAILURES, ADDRESS_BLOCK_MAX_SECONDS, 2),
            Self::Login => (LOGIN_FREE_FAILURES, LOGIN_BLOCK_MAX_SECONDS, 2),
            Self::Pair => (PAIR_FREE_FAILURES, PAIR_BLOCK_MAX_SECONDS, 15),
        };
        Limits { free, block_max_seconds, forgotten_every_ms: minutes * MINUTE_MS }
    }
}

/// A count as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    pub(super) failures: i64,
    pub(super) failed_at_ms: i64,
    pub(super) blocked_until_ms: i64,
    pub(super) succeeded_at_ms: i64,
}

impl Count {
    /// The count with one failure more.
    #[must_use]
    pub(super) fn failed(self, kind: Counted, now_ms: i64) -> Self {
        let Limits { free, block_max_seconds, forgotten_every_ms } = kind.limits();
        let forgotten = (now_ms - self.failed_at_ms).max(0) / forgotten_every_ms;
        let failures = (self.failures - forgotten).max(0).saturating_add(1);
        let block_ms = block_ms(failures - free).min(block_max_seconds * 1000);
        let blocked_until_ms = self.blocked_until_ms.max(now_ms + block_ms);
        Self { failures, failed_at_ms: now_ms, blocked_until_ms, ..self }
    }

    /// The count after a right sign-in.
    #[must_use]
    pub(super) fn succeeded(now_ms: i64) -> Self {
        Self { succeeded_at_ms: now_ms, ..Self::default() }
    }

    /// Whether a right sign-in has nothing to add: its address is known, and no failure stands against it.
    pub(super) fn is_settled(self, now_ms: i64) -> bool {
        self.failures == 0 && now_ms - self.succeeded_at_ms < DAY_MS
    }
}

fn block_ms(failures_beyond: i64) -> i64 {
    const DOUBLINGS_MAX: i64 = 20;
    if failures_beyond <= 0 { 0 } else { FIRST_BLOCK_MS << (failures_beyond - 1).min(DOUBLINGS_MAX) }
}

/// How long a try must wait for all the counts that it falls under; None if not at all. A block of the login as such does not
/// hold where it has signed in lately.
pub(super) fn wait_ms(counts: &[(Counted, Count)], now_ms: i64) -> Option<i64> {
    let known_since = now_ms - KNOWN_ADDRESS_DAYS * DAY_MS;
    let is_known = counts.iter().any(|(kind, count)| *kind == Counted::Pair && count.succeeded_at_ms > known_since);
    let that_hold = counts.iter().filter(|(kind, _)| *kind != Counted::Login || !is_known);
    that_hold.map(|(_, count)| count.blocked_until_ms - now_ms).max().filter(|wait| *wait > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(failures: i64) -> Count {
        Count { failures, ..Count::default() }
    }

    #[test]
    fn waits_double_up_to_a_cap() {
        let seconds = |kind, nth| count(nth - 1).failed(kind, 0).blocked_until_ms / 1000;
        assert_eq!([1, 5, 6, 7, 8, 15, 16, 1_000_000].map(|nth| seconds(Counted::Pair, nth)), [0, 0, 1, 2, 4, 512, 900, 900]);
        assert_eq!([30, 31, 32, 50].map(|nth| seconds(Counted::Address, nth)), [0, 1, 2, 300]);
        assert_eq!([50, 51, 55, 56, i64::MAX].map(|nth| seconds(Counted::Login, nth)), [0, 1, 16, 30, 30]);
    }

    #[test]
    fn a_block_is_never_shortened_by_a_failure() {
        let blocked = Count { blocked_until_ms: 5000, ..count(0) };
        assert_eq!(blocked.failed(Counted::Pair, 1).blocked_until_ms, 5000);
    }

    #[test]
    fn failures_are_forgotten_one_by_one() {
        let failures = |minutes: i64| count(10).failed(Counted::Pair, minutes * MINUTE_MS).failures;
        assert_eq!([0, 14, 15, 30, 150, 10_000].map(failures), [11, 11, 10, 9, 1, 1]);
        assert_eq!(
            Count { failed_at_ms: 10 * MINUTE_MS, ..count(10) }.failed(Counted::Pair, 0).failures,
            11,
            "a clock that is late"
        );
    }

    /// An office of which somebody mistypes every other minute, all day long.
    #[test]
    fn a_busy_address_is_not_held_up() {
        let mut office = Count::default();
        for minute in (0..24 * 60).step_by(2) {
            office = office.failed(Counted::Address, minute * MINUTE_MS);
        }
        assert!(office.failures <= ADDRESS_FREE_FAILURES);
    }

    #[test]
    fn the_longest_wait_counts_and_the_logins_not_where_it_is_known() {
        let blocked = |until| Count { blocked_until_ms: until, ..count(1) };
        let both = [(Counted::Address, blocked(5)), (Counted::Pair, blocked(9))];
        assert_eq!((wait_ms(&both, 2), wait_ms(&both, 9)), (Some(7), None));
        let pair = (Counted::Pair, Count { succeeded_at_ms: 1, ..count(0) });
        assert_eq!(wait_ms(&[(Counted::Login, blocked(9)), pair], 2), None);
        let later = KNOWN_ADDRESS_DAYS * DAY_MS + 1;
        assert_eq!(wait_ms(&[(Counted::Login, blocked(later + 3)), pair], later), Some(3));
    }

    #[test]
    fn a_success_settles_for_a_day() {
        let count = Count::succeeded(7);
        assert!(count.is_settled(7) && count.is_settled(DAY_MS + 6) && !count.is_settled(DAY_MS + 7));
        assert!(!count.failed(Counted::Pair, 8).is_settled(8));
    }
}
