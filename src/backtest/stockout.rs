//! The backtest of stock-outs: a simulated shop over true demand, all models by horizon, beside the figures that peers reached on a simulation
//! of their own. Knows no file: the caller brings the demand.

use std::fmt;

use quarterdeck_models::stockout::simulation::{Evaluation, Row, Shop, Span, World, evaluate, run as run_shop};
use quarterdeck_models::stockout::{DemandSettings, Draws};

/// A figure of the literature or of another library, not of this program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Published {
    /// The method.
    pub(crate) model: &'static str,
    /// Days ahead.
    pub(crate) horizon: usize,
    /// Brier score.
    pub(crate) brier: f64,
    /// Log loss.
    pub(crate) log_loss: f64,
    /// Area under the curve.
    pub(crate) area_under_curve: f64,
    /// Calibration error over ten bins.
    pub(crate) calibration_error: f64,
}

/// What peers reached on their own simulation: 1,000 real series over two years, 7,885 origins, base rates 0.285 and 0.528. Comparable in kind,
/// not to the third digit: neither the shop nor the series are the same.
pub(crate) const PUBLISHED: [Published; 14] = [
    published("climatology", 14, [0.2038, f64::NAN, 0.5, f64::NAN]),
    published("rule", 14, [0.2540, 1.756, 0.570, 0.254]),
    published("nb", 14, [0.1645, 0.554, 0.822, 0.119]),
    published("nb_avail", 14, [0.1502, 0.507, 0.828, 0.077]),
    published("nb_em", 14, [0.1490, 0.501, 0.824, 0.061]),
    published("lgb", 14, [0.1479, 0.453, 0.819, 0.013]),
    published("lgb_stack", 14, [0.1453, 0.447, 0.824, 0.010]),
    published("climatology", 28, [0.2492, f64::NAN, 0.5, f64::NAN]),
    published("rule", 28, [0.3273, 2.262, 0.684, 0.327]),
    published("nb", 28, [0.2039, 0.675, 0.817, 0.154]),
    published("nb_avail", 28, [0.1845, 0.626, 0.823, 0.098]),
    published("nb_em", 28, [0.1844, 0.626, 0.820, 0.086]),
    published("lgb", 28, [0.1735, 0.519, 0.819, 0.013]),
    published("lgb_stack", 28, [0.1736, 0.520, 0.819, 0.016]),
];

const fn published(model: &'static str, horizon: usize, scores: [f64; 4]) -> Published {
    let [brier, log_loss, area_under_curve, calibration_error] = scores;
    Published { model, horizon, brier, log_loss, area_under_curve, calibration_error }
}

/// A finished backtest; it prints as a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Backtest {
    /// Orders of the shop.
    pub(crate) orders: usize,
    /// The share of demand it lost.
    pub(crate) lost_share: f64,
    /// The share of its days that ended without stock.
    pub(crate) empty_share: f64,
    /// Scores on the reported span.
    pub(crate) evaluation: Evaluation,
}

/// Runs the shop over `demand` (one series of units a day for each item, from its first sale, all ending on the same day) and judges all models
/// on the last two fifths of its dates.
pub(crate) fn run(demand: &[Vec<f64>]) -> Backtest {
    let shop: Shop = run_shop(demand, &World::default());
    Backtest {
        orders: shop.orders(),
        lost_share: shop.lost_share(),
        empty_share: shop.empty_share(),
        evaluation: evaluate(&shop, Span::Reported, &DemandSettings::default(), &Draws::default()),
    }
}

impl fmt::Display for Backtest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { orders, evaluation, .. } = self;
        let (lost, empty) = (100.0 * self.lost_share, 100.0 * self.empty_share);
        writeln!(
            formatter,
            "stock-out: a simulated shop, {orders} orders, {lost:.0} % of demand lost, {empty:.0} % of days without stock"
        )?;
        writeln!(
            formatter,
            "{} origins, {} to train on before them and a gap of 28 days",
            evaluation.origins, evaluation.training
        )?;
        for (horizon, base_rate) in &evaluation.base_rates {
            writeln!(formatter, "\n{horizon} days, {:.1} % ran out", 100.0 * base_rate)?;
            writeln!(
                formatter,
                "{:<28} {:>7} {:>8} {:>6} {:>6} {:>11}",
                "model", "Brier", "log loss", "AUC", "ECE", "Brier, fact"
            )?;
            for row in evaluation.rows.iter().filter(|row| row.horizon == *horizon) {
                write_row(formatter, row)?;
            }
            writeln!(formatter, "peers' published, on their own simulation:")?;
            for peer in PUBLISHED.iter().filter(|peer| peer.horizon == *horizon) {
                let scores = [peer.log_loss, peer.area_under_curve, peer.calibration_error];
                let [log_loss, area, error] =
                    scores.map(|score| if score.is_nan() { "-".to_owned() } else { format!("{score:.3}") });
                writeln!(formatter, "{:<28} {:>7.4} {log_loss:>8} {area:>6} {error:>6}", peer.model, peer.brier)?;
            }
        }
        writeln!(formatter, "\ndate of running out, where it did: {:.1} days off on average", evaluation.date_error_days)
    }
}

fn write_row(formatter: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    let name = match row.model {
        "cold" => "ours, cold",
        "trained once" => "ours, trained before",
        "trained weekly" => "ours, trained as it matures",
        other => other,
    };
    let Row { brier, log_loss, area_under_curve, calibration_error, brier_in_fact, .. } = row;
    writeln!(
        formatter,
        "{name:<28} {brier:>7.4} {log_loss:>8.3} {area_under_curve:>6.3} {calibration_error:>6.3} {brier_in_fact:>11.4}"
    )
}

#[cfg(test)]
mod tests {
    use quarterdeck_models::stockout::simulation::{SyntheticDemand, synthetic_demand};

    #[test]
    fn the_table_names_ours_and_theirs() {
        let table = super::run(&synthetic_demand(&SyntheticDemand { items: 40, days: 300, seed: 1 })).to_string();
        for part in ["14 days", "28 days", "ours, cold", "ours, trained as it matures", "lgb_stack", "peers' published", "0.1453"]
        {
            assert!(table.contains(part), "{part} is not in\n{table}");
        }
        assert!(!table.contains("NaN"), "{table}");
    }
}
