//! How a source stands, in a word and a sentence: the gravest thing is said. Knows counts, no tables.

use chrono::{DateTime, Utc};

use super::SourceHealth;

/// Beyond this many days without a record a source is watched, beyond four times as many it is bad.
const QUIET_DAYS: i64 = 2;
/// When this share of the expected records is missing a source is bad, below it is watched.
const BAD_PERCENT: u64 = 1;

/// `health` with its lag, state and words.
pub(super) fn judged(mut health: SourceHealth, now: DateTime<Utc>) -> SourceHealth {
    health.lag_seconds = health.last_record_at.map(|last| (now - last).num_seconds().max(0));
    (health.state, health.words) = state(&health);
    health
}

fn state(health: &SourceHealth) -> (&'static str, String) {
    let bad = |words: String| ("bad", words);
    let watch = |words: String| ("watch", words);
    let (expected, missing) = health.completeness.as_ref().map_or((0, 0), |told| (told.expected, told.missing));
    let Some(quiet_days) = health.lag_seconds.map(|seconds| seconds / 86_400) else {
        return bad(match expected {
            0 => "No records yet".to_owned(),
            _ => format!("None of {} has arrived", counted(expected, "expected record")),
        });
    };
    let lacking = || format!("{} missing", counted(missing, "expected record"));
    let disagreeing = health.completeness.as_ref().map_or(0, |told| told.days_expected - told.days_complete);
    let refused = health.refused.iter().map(|refused| refused.count).sum::<u64>();
    match quiet_days {
        days if days >= QUIET_DAYS * 4 => bad(format!("Silent for {days} days")),
        _ if missing > 0 && missing * 100 >= expected * BAD_PERCENT => bad(lacking()),
        days if days >= QUIET_DAYS => watch(format!("Silent for {days} days")),
        _ if missing > 0 => watch(lacking()),
        _ if disagreeing > 0 => watch(format!("Totals differ on {}", counted(disagreeing, "day"))),
        _ if refused > 0 => watch(format!("{} refused at the door", counted(refused, "message"))),
        _ if health.unreadable > 0 => watch(format!("{} unreadable", counted(health.unreadable, "message"))),
        _ if health.quarantined > 0 => watch(format!("{} in quarantine", counted(health.quarantined, "row"))),
        _ if health.conflicts > 0 => watch(counted(health.conflicts, "conflict")),
        _ => ("good", "Up to date".to_owned()),
    }
}

fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
