//! What must hold whatever comes in: nothing of the future is looked at, small shops are told apart from large, and no number is not one.

use proptest::prelude::*;

use super::super::simulated::Shop;
use super::order;
use crate::churn::{Ask, Confidence, CustomerHistory, CustomerOrder, CustomerRisk, Method, Outcome, forecast, forecast_by};

fn ask(cutoff: i32) -> Ask {
    Ask { cutoff, horizons_days: vec![30, 60, 90], active_within_days: 365, seed: 7 }
}

fn risks(customers: &[CustomerHistory], ask: &Ask) -> Vec<CustomerRisk> {
    match forecast(customers, ask) {
        Outcome::Forecast(risks) => risks,
        Outcome::Abstained { reason } => panic!("{reason}"),
    }
}

fn shop(customers: usize, seed: u64) -> Vec<CustomerHistory> {
    Shop { customers, ..Shop::usual(seed) }.open()
}

#[test]
fn what_lies_behind_the_cutoff_changes_nothing() {
    let (known, mut altered) = (shop(1_500, 51), shop(1_500, 51));
    for (at, history) in altered.iter_mut().enumerate() {
        history.orders.retain(|order| order.day < 600);
        history.orders.push(order(600 + i32::try_from(at % 80).unwrap(), 1e6));
        history.returned.push(order(600, 1e6));
        history.late_deliveries.push(610);
        history.tickets.retain(|day| *day < 600);
        history.tickets.extend([600, 601, 602]);
    }
    assert_eq!(risks(&known, &ask(600)), risks(&altered, &ask(600)));
}

#[test]
fn the_same_seed_says_the_same_and_orders_of_a_day_are_one() {
    let customers = shop(1_200, 52);
    let mut split = customers.clone();
    for history in &mut split {
        history.orders = history.orders.iter().flat_map(|one| [order(one.day, one.value / 2.0); 2]).collect();
    }
    assert_eq!(risks(&customers, &ask(600)), risks(&customers, &ask(600)));
    for (whole, split) in risks(&customers, &ask(600)).iter().zip(risks(&split, &ask(600))) {
        assert!((whole.probability - split.probability).abs() < 1e-9);
    }
}

#[test]
fn a_few_orders_of_a_wrong_day_change_little() {
    let customers = shop(3_000, 60);
    let mut strayed = customers.clone();
    for history in strayed.iter_mut().filter(|history| !history.orders.is_empty()).step_by(500) {
        history.orders.insert(0, order(-20_000, 10.0));
    }
    let probabilities = |customers| risks(customers, &ask(648)).iter().map(|risk| risk.probability).collect::<Vec<_>>();
    let (clean, strayed) = (probabilities(&customers), probabilities(&strayed));
    let moved = clean.iter().zip(&strayed).map(|(left, right)| (left - right).abs()).sum::<f64>() / clean.len() as f64;
    assert!(clean.len() == strayed.len() && moved < 0.02, "{moved}");
}

#[test]
fn every_horizon_of_every_recent_customer_and_no_longer_one_with_more_risk() {
    let customers = shop(2_000, 53);
    let risks = risks(&customers, &ask(600));
    let recent = |history: &CustomerHistory| history.orders.iter().any(|order| (235..600).contains(&order.day));
    assert_eq!(risks.len(), 3 * customers.iter().filter(|history| recent(history)).count());
    for of_customer in risks.chunks(3) {
        assert!(of_customer.iter().all(|risk| recent(&customers[risk.customer])));
        assert!(of_customer.windows(2).all(|pair| pair[0].customer == pair[1].customer));
        assert!(of_customer.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
        assert_eq!(of_customer.iter().map(|risk| risk.horizon_days).collect::<Vec<_>>(), [30, 60, 90]);
    }
    assert!(risks.iter().all(is_sound));
    assert!(
        risks.iter().all(|risk| risk.method == "models of buying, corrected, season of last year" && risk.fallback.is_none())
    );
}

fn is_sound(risk: &CustomerRisk) -> bool {
    let numbers = [risk.expected_orders, risk.expected_value, risk.value_at_risk];
    numbers.iter().all(|value| value.is_finite() && *value >= 0.0)
        && (0.001..=0.999).contains(&risk.probability)
        && (0.0..=1.0).contains(&risk.alive)
        && (1..=3).contains(&risk.reasons.len())
        && risk.expected_orders + 1e-9 >= 1.0 - risk.probability
}

#[test]
fn a_small_shop_gets_its_segments_and_a_tiny_one_nothing() {
    let small = shop(150, 54);
    let said = risks(&small, &ask(600));
    assert!(said.iter().all(|risk| risk.method == "segments" && risk.confidence == Confidence::Low && is_sound(risk)));
    assert!(said.iter().all(|risk| risk.fallback.is_some_and(|text| text.contains("too few"))));
    let late = |risks: &[CustomerRisk], far: bool| {
        let these = risks.iter().filter(|risk| risk.horizon_days == 90);
        let of = |risk: &&CustomerRisk| {
            let last = small[risk.customer].orders.iter().map(|order| order.day).filter(|day| *day < 600).max().unwrap();
            (600 - last > 180) == far
        };
        let these = these.filter(of).map(|risk| risk.probability).collect::<Vec<_>>();
        these.iter().sum::<f64>() / these.len() as f64
    };
    assert!(late(&said, true) > late(&said, false) + 0.1);
    let Outcome::Abstained { reason } = forecast(&shop(20, 55), &ask(600)) else { panic!("a forecast from nothing") };
    assert!(reason.contains("at least 30"), "{reason}");
    assert!(matches!(forecast(&[], &ask(600)), Outcome::Abstained { .. }));
}

#[test]
fn nothing_matured_leaves_the_models_of_buying_alone() {
    let customers = shop(3_000, 56);
    let young = risks(&customers, &ask(70));
    assert!(young.iter().all(|risk| risk.method == "models of buying" || risk.horizon_days < 60), "{:?}", young[2]);
    assert!(young.iter().all(|risk| risk.fallback.is_some() && is_sound(risk)));
    let small = shop(450, 57);
    let Outcome::Abstained { reason } = forecast(&small, &Ask { horizons_days: vec![90], ..ask(70) }) else {
        panic!("from nothing")
    };
    assert!(reason.contains("horizon"), "{reason}");
}

#[test]
fn horizons_that_cannot_be_answered_are_refused() {
    let customers = shop(300, 58);
    for horizons_days in [vec![], vec![0], vec![30, 100_000]] {
        assert!(matches!(forecast(&customers, &Ask { horizons_days, ..ask(600) }), Outcome::Abstained { .. }));
    }
}

#[test]
fn trouble_that_makes_people_leave_is_a_reason() {
    let mut customers = Shop { customers: 4_000, ticket: 0.15, leaving_by_ticket: 0.7, ..Shop::usual(59) }.open();
    for history in &mut customers {
        history.orders.sort_by_key(|order| order.day);
    }
    let risks = risks(&customers, &Ask { horizons_days: vec![90], ..ask(648) });
    let ticket = |risk: &&CustomerRisk| customers[risk.customer].tickets.iter().any(|day| (468..648).contains(day));
    let mean = |risks: &[&CustomerRisk]| risks.iter().map(|risk| risk.probability).sum::<f64>() / risks.len() as f64;
    let (with, without): (Vec<_>, Vec<_>) = risks.iter().partition(ticket);
    assert!(mean(&with) > mean(&without) + 0.05, "{} against {}", mean(&with), mean(&without));
    let told = |risk: &&&CustomerRisk| risk.reasons.iter().any(|reason| reason.contains("ticket"));
    assert!(with.iter().filter(told).count() * 10 > with.len() * 9 && without.iter().filter(told).count() == 0);
    let timing =
        |risk: &CustomerRisk| risk.reasons[0].starts_with("last order ") || risk.reasons[0].starts_with("one order so far, ");
    assert!(risks.iter().all(timing));
}

#[test]
fn the_same_customers_over_and_over_are_no_trouble() {
    let monthly = CustomerHistory { orders: (0..20).map(|at| order(30 * at, 50.0)).collect(), ..CustomerHistory::default() };
    let daily = CustomerHistory { orders: (0..600).map(|day| order(day, 1e15)).collect(), ..CustomerHistory::default() };
    let once = CustomerHistory { orders: vec![order(300, 0.0)], ..CustomerHistory::default() };
    for one in [&monthly, &daily, &once] {
        for size in [40, 400] {
            let customers = vec![one.clone(); size];
            if let Outcome::Forecast(risks) = forecast(&customers, &ask(600)) {
                assert!(risks.iter().all(is_sound), "{:?}", risks[0]);
            }
        }
    }
    let both = [vec![monthly; 200], vec![daily; 50], vec![once; 200]].concat();
    assert!(risks(&both, &ask(600)).iter().all(is_sound));
}

fn any_order() -> impl Strategy<Value = CustomerOrder> {
    let value = prop_oneof![0.0..1e4_f64, Just(0.0), Just(-5.0), Just(1e15), Just(f64::NAN), Just(f64::INFINITY)];
    let day = prop_oneof![20 => 0..800_i32, 1 => Just(i32::MIN), 1 => Just(i32::MAX)];
    (day, value).prop_map(|(day, value)| CustomerOrder { day, value })
}

fn any_history() -> impl Strategy<Value = CustomerHistory> {
    let orders = proptest::collection::vec(any_order(), 0..8);
    let returned = proptest::collection::vec(any_order(), 0..3);
    let days = || proptest::collection::vec(prop_oneof![0..800_i32, Just(i32::MIN), Just(i32::MAX)], 0..3);
    (orders, returned, days(), days()).prop_map(|(orders, returned, late_deliveries, tickets)| CustomerHistory {
        orders,
        returned,
        late_deliveries,
        tickets,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_comes_in_sound_numbers_come_out(
        customers in proptest::collection::vec(any_history(), 0..320),
        cutoff in prop_oneof![8 => 100..800_i32, 1 => Just(i32::MIN), 1 => Just(i32::MAX)],
        active_within_days in prop_oneof![Just(365_u32), Just(0), Just(u32::MAX)],
    ) {
        let ask = Ask { cutoff, horizons_days: vec![7, 90], active_within_days, seed: 3 };
        for method in [Method::Default, Method::Constant, Method::Recency, Method::Logistic, Method::BgNbd] {
            if let Outcome::Forecast(risks) = forecast_by(method, &customers, &ask) {
                prop_assert!(risks.iter().all(is_sound), "{method:?}: {:?}", risks.iter().find(|risk| !is_sound(risk)));
            }
        }
    }
}
