//! What must always hold of a stock-out forecast, and how models fare on a made-up shop, without any file.

use proptest::prelude::*;

use super::simulation::{Evaluation, Row, Span, SyntheticDemand, World, evaluate, run, synthetic_demand};
use super::*;

fn draws() -> Draws {
    Draws { paths: 200, seed: 7 }
}

fn steady(mean: f64) -> DailyDemand {
    DailyDemand::of_days(&[(mean, mean * 1.5); HORIZON_DAYS], 0.02)
}

fn on_time() -> Lateness {
    Lateness::learn(&[(1, 0); 300])
}

fn bought(available: f64, orders: Vec<OpenOrder>) -> Position {
    Position { orders, usual_supplier: Some(1), lead_time_days: Some(7), unit_margin: Some(2.0), ..Position::of_stock(available) }
}

#[test]
fn ten_days_of_stock_end_about_the_tenth_day() {
    let said = forecast(&bought(50.0, Vec::new()), &steady(5.0), &on_time(), 0.95, &draws());
    assert!((8..=12).contains(&said.day_p50.unwrap()), "{:?}", said.day_p50);
    assert!(said.day_p10.unwrap() <= said.day_p50.unwrap() && said.day_p50.unwrap() <= said.day_p90.unwrap());
    assert!(said.probability[2] < 0.02 && said.probability[20] > 0.95);
    // 28 days ask for 140, 50 are there.
    assert!((said.expected_lost_units - 90.0).abs() < 8.0, "{}", said.expected_lost_units);
    assert!((said.margin_at_risk.unwrap() - 2.0 * said.expected_lost_units).abs() < 1e-9);
    // A week of lead time before the first tenth of a chance.
    assert!((0..=3).contains(&said.latest_order_in_days.unwrap()));
    assert!(said.suggested_units > 20.0 && said.with_suggestion[13] < said.probability[13]);
    assert_eq!((said.fallback, said.confidence), (None, Confidence::Medium));
}

#[test]
fn an_order_in_time_helps_and_one_long_overdue_less() {
    let order = |due_in_days| vec![OpenOrder { quantity: 200.0, due_in_days, supplier: 1 }];
    let said = |due| forecast(&bought(50.0, order(due)), &steady(5.0), &Lateness::learn(&[]), 0.95, &draws());
    let (soon, late) = (said(3), said(14));
    assert!(soon.probability[13] < late.probability[13] && late.probability[13] <= late.without_orders[13]);
    assert!(soon.before_next_receipt < late.before_next_receipt);
    assert_eq!(soon.fallback, Some("no receipt was ever seen: lateness is assumed"));
    let overdue = said(-60);
    assert!(overdue.probability[13] > 0.0 && overdue.probability[13] < 1.0);
}

#[test]
fn enough_stock_needs_no_order() {
    let said = forecast(&bought(5_000.0, Vec::new()), &steady(5.0), &on_time(), 0.95, &draws());
    assert_eq!((said.latest_order_in_days, said.suggested_units, said.day_p10), (None, 0.0, None));
    assert!(said.probability[27] <= 0.01 && said.probability[27] > 0.0);
}

#[test]
fn what_is_not_known_is_said() {
    let nothing = DailyDemand::of_history(&StockHistory::default(), &DemandSettings::default());
    let said = forecast(&Position::of_stock(10.0), &nothing, &Lateness::learn(&[]), 0.95, &draws());
    assert!(said.fallback.unwrap().contains("unknown") && said.confidence == Confidence::Low);
    assert!(said.probability[27] > 0.3 && said.probability[27] < 0.7 && said.suggested_units == 0.0);
    let no_lead_time = forecast(&Position::of_stock(10.0), &steady(1.0), &on_time(), 0.95, &draws());
    assert!(no_lead_time.fallback.unwrap().contains("lead time"));
    let stranger = OpenOrder { quantity: 5.0, due_in_days: 3, supplier: 77 };
    let unseen = forecast(&bought(10.0, vec![stranger]), &steady(1.0), &on_time(), 0.95, &draws());
    assert!(unseen.fallback.unwrap().contains("no receipt of a supplier"));
    let gone = forecast(&bought(0.0, Vec::new()), &steady(1.0), &on_time(), 0.95, &draws());
    assert_eq!((gone.probability[0], gone.day_p90), (1.0 - LEAST_CHANCE, Some(1)));
}

#[test]
fn many_are_the_same_as_one_by_one_and_every_time() {
    let positions = vec![(bought(20.0, Vec::new()), steady(2.0)); 3];
    let all = forecast_all(&positions, &on_time(), 0.95, &draws());
    assert_eq!(all, forecast_all(&positions, &on_time(), 0.95, &draws()));
    assert_eq!(all[0], forecast(&positions[0].0, &positions[0].1, &on_time(), 0.95, &draws()));
}

fn units() -> impl Strategy<Value = f64> {
    prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-5.0), Just(0.0), Just(1e15), 0.0..200.0]
}

fn by_day_is_sound(by_day: &ByDay) -> bool {
    by_day.windows(2).all(|pair| pair[0] <= pair[1]) && by_day.iter().all(|chance| *chance > 0.0 && *chance < 1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn chances_never_fall_are_never_certain_and_orders_only_help(
        available in units(),
        days in prop::collection::vec((units(), units(), units()), 0..80),
        orders in prop::collection::vec((units(), any::<i32>(), 0_usize..3), 0..4),
        lead_time_days in prop::option::of(any::<i32>()),
        packs in (units(), units()),
        service_level in prop_oneof![Just(f64::NAN), -1.0..2.0],
    ) {
        let history = days.iter().map(|(sold, opening, closing)| StockDay { sold: *sold, opening: *opening, closing: *closing });
        let demand = DailyDemand::of_history(&StockHistory { days: history.collect() }, &DemandSettings::default());
        let orders = orders.iter().map(|(quantity, due_in_days, supplier)| OpenOrder { quantity: *quantity, due_in_days: *due_in_days, supplier: *supplier });
        let position = Position {
            orders: orders.collect(),
            unit_margin: Some(packs.0),
            usual_supplier: Some(1),
            lead_time_days,
            pack_units: packs.0,
            minimum_order_units: packs.1,
            available,
        };
        let said = forecast(&position, &demand, &Lateness::learn(&[(1, 3), (2, -400), (1, i32::MAX)]), service_level, &Draws { paths: 32, seed: 1 });
        prop_assert!([said.probability, said.without_orders, said.with_suggestion].iter().all(by_day_is_sound));
        for day in 0..HORIZON_DAYS {
            prop_assert!(said.with_suggestion[day] <= said.probability[day] && said.probability[day] <= said.without_orders[day]);
        }
        prop_assert!(said.expected_lost_units.is_finite() && said.expected_lost_units >= 0.0);
        prop_assert!(said.suggested_units.is_finite() && said.suggested_units >= 0.0);
        prop_assert!(said.margin_at_risk.is_none_or(f64::is_finite));
        prop_assert!(said.before_next_receipt > 0.0 && said.before_next_receipt < 1.0);
    }

    #[test]
    fn more_stock_never_runs_out_sooner(available in 0.0..60.0, more in 0.0..60.0, mean in 0.1..8.0) {
        let said = |available| forecast(&bought(available, Vec::new()), &steady(mean), &on_time(), 0.95, &Draws { paths: 64, seed: 3 });
        let (less, more) = (said(available), said(available + more));
        prop_assert!(less.probability.iter().zip(&more.probability).all(|(less, more)| more <= less));
    }
}

fn of<'all>(evaluation: &'all Evaluation, model: &str, horizon: usize) -> &'all Row {
    evaluation.rows.iter().find(|row| row.model == model && row.horizon == horizon).unwrap()
}

#[test]
fn on_a_made_up_shop_the_model_beats_what_the_plain_methods_say() {
    // No file is needed; real demand goes through the backtest.
    let demand = synthetic_demand(&SyntheticDemand { items: 150, days: 400, seed: 11 });
    let shop = run(&demand, &World::default());
    assert!(shop.lost_share() > 0.05 && shop.empty_share() > 0.05, "badly run: {} {}", shop.lost_share(), shop.empty_share());
    let evaluation = evaluate(&shop, Span::Reported, &DemandSettings::default(), &Draws { paths: 64, seed: 1 });
    assert!(evaluation.origins > 1_000 && evaluation.training > 1_000);
    for horizon in [14, 28] {
        let score = |model| of(&evaluation, model, horizon).brier;
        for plain in ["climatology", "rule", "nb", "nb_avail", "nb_em"] {
            assert!(score("cold") < score(plain), "cold {} against {plain} {} at {horizon}", score("cold"), score(plain));
            assert!(score("trained weekly") < score(plain), "trained against {plain} at {horizon}");
        }
        assert!(of(&evaluation, "cold", horizon).area_under_curve > 0.75);
    }
}
