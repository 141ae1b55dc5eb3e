//! Articles that come back more than they used to. Knows how a frame becomes counts and evidence rows, not how anything is tested.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use serde_json::json;

use crate::confidence::Confidence;
use crate::frame::Frame;
use crate::model::{Given, Issued, Model, ModelError};
use crate::returns::{self, Evidence, Report, Settings, Sku};
use crate::rows::Rows;

/// What computes it.
const METHOD: &str = "beta-binomial tail";
/// Why a group's own rate was not used.
const BORROWED: &str = "too few articles or returns in the group: the rate of all articles was taken";
/// Returns expected from which the usual number of them is well known.
const WELL_KNOWN: f64 = 5.0;

/// The model.
pub struct Returns;

impl Model for Returns {
    fn name(&self) -> &'static str {
        "returns"
    }

    fn version(&self) -> &'static str {
        returns::VERSION
    }

    fn frames(&self) -> &'static [&'static str] {
        &["return_windows"]
    }

    fn issue(&self, given: &Given<'_>) -> Result<Issued, ModelError> {
        let articles = Articles::of(given)?;
        let settings = Settings::default();
        let report = returns::spikes(&articles.counts, settings);
        if let Some(reason) = silence(&articles, &report) {
            return Ok(Issued::abstained(reason));
        }
        let said = report.evidence.iter().filter(|evidence| evidence.seen > 0.0).collect::<Vec<_>>();
        let borrowed = report.groups.iter().filter(|group| group.borrowed).map(|group| group.group).collect::<Vec<_>>();
        let fallback = |evidence: &Evidence| borrowed.contains(&articles.counts[evidence.sku].group).then_some(BORROWED);
        let fallbacks = said.iter().filter(|evidence| fallback(evidence).is_some()).count();
        let tables = vec![("forecast_return_spikes", rows(&articles, &said, &fallback)?)];
        let parameters = json!({
            "most_false_share": settings.most_false_share, "least_ratio": settings.least_ratio,
            "least_returned": settings.least_returned, "usual_rate": report.usual_rate, "tested": report.evidence.len(),
            "left_out": report.left_out, "rises": rises(&articles, &report),
        });
        Ok(Issued { tables, forecasts: said.len(), fallbacks, abstained: None, parameters: parameters.to_string() })
    }
}

/// Why nothing is said, where too little is known to say something.
fn silence(articles: &Articles, report: &Report) -> Option<String> {
    let total = |of: fn(&Sku) -> f64| articles.counts.iter().map(of).filter(|units| units.is_finite()).sum::<f64>();
    let returned = (total(|sku| sku.earlier_returned), total(|sku| sku.recent_returned));
    if returned == (0.0, 0.0) {
        return Some("nothing that was sold in the last 395 days came back".into());
    }
    if report.evidence.is_empty() {
        return Some("nothing was sold from 60 to 30 days ago".into());
    }
    // What would be expected without it is a guess, and a guess must not accuse an article.
    report.usual_rate.is_none().then(|| {
        let tested = report.evidence.len();
        format!("too little came back earlier to know what usually does (units: {:.0}, articles: {tested})", returned.0)
    })
}

/// Articles by their index.
struct Articles {
    skus: Vec<String>,
    categories: Vec<String>,
    currencies: Vec<String>,
    /// Whether a usual price is known.
    priced: Vec<bool>,
    counts: Vec<Sku>,
}

impl Articles {
    fn of(given: &Given<'_>) -> Result<Self, ModelError> {
        let frame = Frame::of(given, "return_windows")?;
        let (skus, categories) = (frame.texts("sku")?, frame.texts("category")?);
        let (earlier_sold, earlier_returned) = (frame.numbers("earlier_sold")?, frame.numbers("earlier_returned")?);
        let (recent_sold, recent_returned) = (frame.numbers("recent_sold")?, frame.numbers("recent_returned")?);
        let (prices, currencies) = (frame.numbers("unit_price")?, frame.texts("currency")?);
        let priced = prices.iter().map(|price| price.is_finite() && *price >= 0.0).collect::<Vec<_>>();
        let mut groups = BTreeMap::new();
        let counts = categories.iter().enumerate().map(|(row, category)| {
            let next = groups.len();
            Sku {
                group: *groups.entry(category).or_insert(next),
                earlier_sold: earlier_sold[row],
                earlier_returned: earlier_returned[row],
                recent_sold: recent_sold[row],
                recent_returned: recent_returned[row],
                unit_value: if priced[row] { prices[row] } else { 0.0 },
            }
        });
        let counts = counts.collect();
        Ok(Self { skus, categories, currencies, priced, counts })
    }

    /// What the units beyond the expected were sold for; none where no price is known.
    fn value_at_stake(&self, evidence: &Evidence) -> Option<f64> {
        self.priced[evidence.sku].then_some(evidence.money.max(0.0))
    }

    fn currency(&self, evidence: &Evidence) -> Option<&str> {
        Some(self.currencies[evidence.sku].as_str()).filter(|currency| !currency.is_empty() && self.priced[evidence.sku])
    }
}

/// How much the rate of each group as a whole has risen, which no article is blamed for.
fn rises<'a>(articles: &'a Articles, report: &Report) -> BTreeMap<&'a str, f64> {
    let rises = report.groups.iter().map(|group| (group.group, group.rise)).collect::<BTreeMap<_, _>>();
    let named = articles.categories.iter().zip(&articles.counts);
    named.filter_map(|(category, sku)| Some((category.as_str(), *rises.get(&sku.group)?))).collect()
}

fn confidence(evidence: &Evidence, borrowed: bool) -> Confidence {
    match (borrowed, evidence.expected >= WELL_KNOWN) {
        (false, true) => Confidence::High,
        (true, false) => Confidence::Low,
        _ => Confidence::Medium,
    }
}

type Fallback<'a> = dyn Fn(&Evidence) -> Option<&'static str> + 'a;

fn rows(articles: &Articles, said: &[&Evidence], fallback: &Fallback<'_>) -> Result<RecordBatch, ModelError> {
    let trusted = |evidence: &Evidence| confidence(evidence, fallback(evidence).is_some()).as_str();
    Rows::default()
        .texts("sku", said.iter().map(|one| Some(articles.skus[one.sku].as_str())))
        .texts("category", said.iter().map(|one| Some(articles.categories[one.sku].as_str())))
        .numbers("units_sold", said.iter().map(|one| Some(one.units)))
        .numbers("units_returned", said.iter().map(|one| Some(one.seen)))
        .numbers("expected_units", said.iter().map(|one| Some(one.expected)))
        .numbers("expected_rate", said.iter().map(|one| Some(one.expected_rate)))
        .numbers("probability", said.iter().map(|one| Some(one.probability)))
        .numbers("false_discovery", said.iter().map(|one| Some(one.q)))
        .flags("spike", said.iter().map(|one| one.spike))
        .money("value_at_stake", said.iter().map(|one| articles.value_at_stake(one)))?
        .texts("currency", said.iter().map(|one| articles.currency(one)))
        .texts("method", said.iter().map(|_| Some(METHOD)))
        .texts("fallback", said.iter().map(|one| fallback(one)))
        .texts("confidence", said.iter().map(|one| Some(trusted(one))))
        .finish()
}

#[cfg(test)]
mod tests;
