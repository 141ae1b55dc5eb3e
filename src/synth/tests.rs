//! Judges the stream as a receiver would: from its messages and the tables' contracts alone, with a fold that knows nothing of the generator.

mod columns;
mod invariants;
mod losses;
mod stream;

use proptest::prelude::*;

use super::instant::Day;
use super::plan::{Plan, Unruliness};
use super::table::System;
use stream::Stream;

fn plan(seed: u64, orders_per_day: u32, skus: u32, customers: u32, days: u32) -> Plan {
    Plan {
        seed,
        orders_per_day,
        skus,
        customers,
        from: Day::of_date("2025-11-03".parse().unwrap()),
        days,
        systems: System::ALL.to_vec(),
        unruliness: Unruliness { malformed: 500, rework_per_mille: 5_000, ..Unruliness::USUAL },
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let first = Stream::of(plan(7, 20, 30, 50, 20));
    let second = Stream::of(plan(7, 20, 30, 50, 20));
    assert!(first.lines == second.lines && first.truth == second.truth && first.totals == second.totals);
    assert_eq!(first.summary, second.summary);
    let other = Stream::of(plan(8, 20, 30, 50, 20));
    assert_ne!(first.lines, other.lines);
}

#[test]
fn nobody_orders_and_nothing_is_sold() {
    for (orders, skus, customers) in [(0, 20, 20), (20, 0, 20), (20, 20, 0), (0, 0, 0)] {
        let stream = Stream::of(plan(1, orders, skus, customers, 10));
        invariants::hold(&stream);
        if orders == 0 || skus == 0 {
            assert_eq!(stream.rows("orders").count(), 0);
        } else {
            assert!(stream.rows("orders").count() > 0);
        }
    }
}

#[test]
fn half_a_year_holds_together() {
    let stream = Stream::of(plan(42, 60, 120, 600, 180));
    invariants::hold(&stream);
    losses::re_derive(&stream);
    columns::fit(&stream);
    for kind in ["late", "duplicate", "delete", "correction", "conflict"] {
        assert!(stream.sheet("imperfections.csv").iter().any(|row| row[0] == kind), "no {kind}");
    }
    for kpi in ["M5", "M7", "M8", "M9", "M10", "M12", "M13", "M14", "M15", "M16", "M17", "M18", "M20"] {
        assert!(stream.sheet("leaks.csv").iter().any(|row| row[0] == kpi), "no {kpi}");
    }
}

#[test]
fn an_orderly_company_sends_each_message_once_and_in_time() {
    let stream = Stream::of(Plan { unruliness: Unruliness::NONE, ..plan(3, 20, 30, 50, 30) });
    invariants::hold(&stream);
    assert_eq!(stream.sheet("imperfections.csv").len(), 0);
    assert_eq!(
        stream.lines.len(),
        stream.messages().map(|message| message["id"].to_string()).collect::<std::collections::BTreeSet<_>>().len()
    );
}

#[test]
fn systems_that_are_not_wanted_say_nothing() {
    let stream = Stream::of(Plan { systems: vec![System::Shop, System::Desk], ..plan(3, 20, 30, 50, 30) });
    invariants::hold_for_parts(&stream);
    assert_eq!(stream.rows("bills").count() + stream.rows("workflow_runs").count(), 0);
    assert!(stream.rows("orders").count() > 0 && stream.rows("tickets").count() > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_company_holds_together(seed: u64, orders in 0_u32..25, skus in 0_u32..40, customers in 0_u32..60, days in 1_u32..60) {
        let stream = Stream::of(plan(seed, orders, skus, customers, days));
        invariants::hold(&stream);
        losses::re_derive(&stream);
    }
}
