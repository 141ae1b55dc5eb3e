//! When messages arrive, and messages that cannot be read. Knows durations and bytes, no records.

use super::chance::Chance;
use super::instant::{DAY, HOUR, Instant, MINUTE, SECOND};

/// Longest delay of a late message.
pub(super) const LONGEST_DELAY_DAYS: i64 = 120;

/// How long a message takes when nothing is wrong.
pub(super) fn latency(chance: &mut Chance) -> Instant {
    if chance.per_mille(900) { chance.between(150, 4 * SECOND) } else { chance.between(4 * SECOND, 3 * MINUTE) }
}

/// How late a late message is: hours mostly, days often, weeks sometimes, months now and then.
pub(super) fn lateness(chance: &mut Chance) -> Instant {
    match chance.weighted(&[60, 28, 9, 3]) {
        0 => chance.between(HOUR, 20 * HOUR),
        1 => chance.between(DAY, 6 * DAY),
        2 => chance.between(7 * DAY, 30 * DAY),
        _ => chance.between(31 * DAY, LONGEST_DELAY_DAYS * DAY),
    }
}

/// How long after the first the second delivery of a message comes.
pub(super) fn echo(chance: &mut Chance) -> Instant {
    if chance.per_mille(800) { chance.between(SECOND, 10 * MINUTE) } else { chance.between(HOUR, 3 * DAY) }
}

/// Writes a message that no decoder can take whole, under `id`; gives what is wrong with it.
pub(super) fn malformed(chance: &mut Chance, out: &mut Vec<u8>, id: &str, instant: &str) -> &'static str {
    let event = |kind: &str, time: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/synth/shop","type":"{kind}","time":"{time}","sequence":0,"data":{data}}}"#
        )
    };
    let order = |rest: &str| format!(r#"{{"order_id":"malformed-{id}","kind":"order",{rest}}}"#);
    let (fault, text) = match chance.below(6) {
        0 => (
            "money is a word",
            event(
                "quarterdeck.orders",
                instant,
                &order(&format!(r#""ordered_at":"{instant}","net_value":"twelve","currency":"EUR""#)),
            ),
        ),
        1 => ("instant is no instant", event("quarterdeck.orders", instant, &order(r#""ordered_at":"2026-02-30T25:61:00Z""#))),
        2 => ("key is missing", event("quarterdeck.orders", instant, &format!(r#"{{"kind":"order","ordered_at":"{instant}"}}"#))),
        3 => ("required column is null", event("quarterdeck.orders", instant, &order(r#""ordered_at":null"#))),
        4 => ("data is a list", event("quarterdeck.orders", instant, "[1,2,3]")),
        _ => {
            let whole = event("quarterdeck.orders", instant, &order(&format!(r#""ordered_at":"{instant}""#)));
            ("JSON breaks off", whole[..whole.len() - 9].to_owned())
        }
    };
    out.extend_from_slice(text.as_bytes());
    fault
}
