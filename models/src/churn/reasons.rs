//! Why a customer is at risk (or not), in plain words: what can be counted in the customer's own history. Knows no probability.

use super::features::{COUNT, Feature, RETURNS_DAYS, TROUBLES_DAYS};
use super::ledger::Standing;

/// Reasons given at most.
const MOST: usize = 3;
/// Log odds that a feature must add before it is a reason.
const LEAST_WEIGHT: f64 = 0.02;

/// At most [`MOST`] reasons, the timing of orders first, then what else the regression found to matter (`contributions`: what each feature adds to
/// the log odds of no order; none without a regression), the heaviest first.
pub(super) fn reasons(of: &Standing<'_>, contributions: Option<&[f64; COUNT]>) -> Vec<String> {
    let mut others = contributions.map(|by| others(of, by)).unwrap_or_default();
    others.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut reasons = vec![timing(of)];
    reasons.extend(pace(of));
    reasons.truncate(if others.is_empty() { MOST } else { MOST - 1 });
    reasons.extend(others.into_iter().map(|(_, text)| text));
    reasons.truncate(MOST);
    reasons
}

fn timing(of: &Standing<'_>) -> String {
    let ago = of.recency_days();
    match of.usual_gap_days() {
        Some(gap) => format!("last order {} ago; usually every {}", days(ago), days(gap)),
        None => format!("one order so far, {} ago", days(ago)),
    }
}

/// Orders of the last quarter against the one before, where they differ by two or more, or fell to none; of those who came again.
fn pace(of: &Standing<'_>) -> Option<String> {
    of.usual_gap_days()?;
    let (last, before) = (of.orders_within(90, 0), of.orders_within(180, 90));
    let fell_to_none = last == 0.0 && before > 0.0;
    let moved = (last - before).abs() >= 2.0 && of.tenure_days() >= 180.0;
    (fell_to_none || moved).then(|| format!("{} in the last 90 days, {before:.0} in the 90 before", orders(last)))
}

fn others(of: &Standing<'_>, contributions: &[f64; COUNT]) -> Vec<(f64, String)> {
    let (returned, late, tickets) =
        (of.returned_share(RETURNS_DAYS), of.late_deliveries(TROUBLES_DAYS), of.tickets(TROUBLES_DAYS));
    let returned = (returned >= 0.005).then(|| format!("{:.0} % of the last year's value returned", returned * 100.0));
    let late =
        (late > 0.0).then(|| format!("{} in the last {TROUBLES_DAYS} days", counted(late, "late delivery", "late deliveries")));
    let tickets = (tickets > 0.0).then(|| format!("{} in the last {TROUBLES_DAYS} days", counted(tickets, "ticket", "tickets")));
    let season =
        (contributions[Feature::SameWeeksLastYear as usize] > 0.0).then(|| "no order in the same weeks of last year".to_owned());
    [
        (Feature::Returned, returned),
        (Feature::LateDeliveries, late),
        (Feature::Tickets, tickets),
        (Feature::SameWeeksLastYear, season.filter(|_| of.tenure_days() > 365.0)),
    ]
    .into_iter()
    .filter_map(|(feature, text)| Some((contributions[feature as usize], text?)))
    .filter(|(weight, _)| *weight >= LEAST_WEIGHT)
    .collect()
}

fn days(count: f64) -> String {
    counted(count.round().max(1.0), "day", "days")
}

fn orders(count: f64) -> String {
    if count == 0.0 { "no order".to_owned() } else { counted(count, "order", "orders") }
}

fn counted(count: f64, one: &str, many: &str) -> String {
    format!("{count:.0} {}", if count == 1.0 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Ledger;
    use super::super::{CustomerHistory, CustomerOrder};
    use super::*;

    fn told(days: &[i32], tickets: &[i32], contributions: Option<&[f64; COUNT]>) -> Vec<String> {
        let orders = days.iter().map(|day| CustomerOrder { day: *day, value: 10.0 }).collect();
        let history = CustomerHistory { orders, tickets: tickets.to_vec(), ..CustomerHistory::default() };
        reasons(&Ledger::before(&history, 1000).standing(1000).unwrap(), contributions)
    }

    #[test]
    fn in_plain_words_and_only_what_counts() {
        assert_eq!(
            told(&[795, 826, 857], &[], None),
            ["last order 143 days ago; usually every 31 days", "no order in the last 90 days, 2 in the 90 before"]
        );
        assert_eq!(told(&[880], &[], None), ["one order so far, 120 days ago"]);
        let mut contributions = [0.0; COUNT];
        assert_eq!(told(&[999], &[990], Some(&contributions)), ["one order so far, 1 day ago"]);
        contributions[Feature::Tickets as usize] = 0.3;
        assert_eq!(told(&[999], &[990], Some(&contributions))[1], "1 ticket in the last 180 days");
    }
}
