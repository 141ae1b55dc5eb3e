//! `quarterdeck kpi`: one number, or by time, by a dimension, or its records.

use anyhow::Result;
use quarterdeck_dashboards::expected;
use quarterdeck_engine::Session;
use quarterdeck_engine::completeness;
use quarterdeck_engine::kpi::amount::Amount;
use quarterdeck_engine::kpi::filter;
use quarterdeck_engine::kpi::grain::Grain;
use quarterdeck_engine::kpi::measure::Exact;
use quarterdeck_engine::kpi::period::{Compare, PeriodRequest};
use quarterdeck_engine::kpi::reading::{self, ReadingRequest};
use quarterdeck_engine::kpi::receipt::Receipt;
use quarterdeck_engine::kpi::{records, series, slices};
use serde::Serialize;
use serde_json::json;

use crate::cli::{KpiArguments, OutputFormat};
use crate::clock;
use crate::config::Config;
use crate::home::Home;
use crate::output;

const DEFAULT_SLICES: usize = 20;
const DEFAULT_RECORDS: usize = 100;
/// Word that lists the KPIs instead of printing one.
const LIST: &str = "list";

pub(crate) async fn run(config: Config, arguments: KpiArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let session = home.session(&arguments.tenant, arguments.as_of.as_deref()).await?;
    if arguments.id == LIST {
        return list(&session);
    }
    let kpi = session.kpi(&arguments.id)?;
    let request = request(&arguments)?;
    if arguments.records {
        let limit = arguments.limit.unwrap_or(DEFAULT_RECORDS);
        let found = records::records(&session, &kpi, &request, 0, limit).await?;
        keep(&home, &found.receipt).await?;
        return output::rows(&found.batches, found.truncated, arguments.format);
    }
    if let Some(by) = &arguments.by {
        let (slices, receipt) = slices::slices(&session, &kpi, &request, by, arguments.limit.unwrap_or(DEFAULT_SLICES)).await?;
        keep(&home, &receipt).await?;
        if slices.truncated {
            eprintln!("showing the {} largest of {} slices; --limit gives more", slices.slices.len(), slices.total);
        }
        return print(&slices, arguments.format, || {
            slices
                .slices
                .iter()
                .map(|slice| (slice.key.clone().unwrap_or_else(|| "(none)".into()), slice.amount.clone()))
                .collect()
        });
    }
    if let Some(grain) = &arguments.grain {
        let (series, receipt) = series::series(&session, &kpi, &request, Some(Grain::parse(grain)?)).await?;
        keep(&home, &receipt).await?;
        let zone = session.profile().zone;
        return print(&series, arguments.format, || {
            let local = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
            series.points.iter().map(|point| (local(point.from), point.amount.clone())).collect()
        });
    }
    let (reading, receipt) = reading::read(&session, &kpi, &request).await?;
    keep(&home, &receipt).await?;
    let tenant = home.tenant(&arguments.tenant).await?;
    let expected = expected::of_kpi(&home.control, &tenant, &session, &kpi, &reading.period).await?;
    let completeness = completeness::of_kpi(&session, &kpi, &reading.period, &expected).await?;
    let number = json!({
        "kpi": reading.kpi,
        "version": reading.version,
        "value": reading.amount.value,
        "numerator": reading.amount.numerator,
        "denominator": reading.amount.denominator,
        "n": reading.amount.n,
        "unit": reading.unit,
        "currency": reading.amount.currency,
        "currencies": reading.currencies,
        "quantiles": reading.quantiles,
        "age": reading.age,
        "open": reading.open,
        "from": reading.period.from,
        "to": reading.period.to,
        "completeness": completeness,
        "knowledge_time": reading.knowledge_time,
        "receipt": reading.receipt,
    });
    print(&number, arguments.format, || vec![(reading.title.clone(), reading.amount.clone())])
}

fn request(arguments: &KpiArguments) -> Result<ReadingRequest> {
    let period = match (&arguments.period, &arguments.from, &arguments.to) {
        (Some(name), ..) => PeriodRequest::Named(name.clone()),
        (None, None, None) => PeriodRequest::Named("all".into()),
        (None, from, to) => PeriodRequest::Between(from.clone(), to.clone()),
    };
    Ok(ReadingRequest { period, compare: Compare::Previous, filters: filter::parse(&arguments.filters)?, target: None })
}

async fn keep(home: &Home, receipt: &Receipt) -> Result<()> {
    home.control.keep_receipt(&receipt.tenant, &receipt.id, &serde_json::to_string(receipt)?, clock::now()).await?;
    Ok(())
}

fn shown(amount: &Amount) -> String {
    let value = amount.value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let currency = amount.currency.as_deref().map(|currency| format!(" {currency}")).unwrap_or_default();
    format!("{value}{currency}  (n {})", amount.n)
}

/// Prints the answer as JSON, or its lines for people.
fn print<T: Serialize>(answer: &T, format: OutputFormat, lines: impl FnOnce() -> Vec<(String, Amount)>) -> Result<()> {
    match format {
        OutputFormat::Json => output::line(serde_json::to_string(answer)?)?,
        OutputFormat::Csv => {
            output::line("key,value,currency,numerator,denominator,n")?;
            for (key, amount) in lines() {
                let digits = |number: Option<Exact>| number.map(|number| number.to_string()).unwrap_or_default();
                let currency = amount.currency.as_deref().unwrap_or_default();
                let (value, numerator, denominator) =
                    (digits(amount.value), digits(amount.numerator), digits(amount.denominator));
                let key = key.replace('"', "\"\"");
                output::line(format!("\"{key}\",{value},{currency},{numerator},{denominator},{}", amount.n))?;
            }
        }
        OutputFormat::Table => {
            for (key, amount) in lines() {
                output::line(format!("{key:<32} {}", shown(&amount)))?;
            }
        }
    }
    Ok(())
}

fn list(session: &Session) -> Result<()> {
    for kpi in session.kpis() {
        let missing = session.missing_table(kpi).map(|table| format!("  (no records in {table})")).unwrap_or_default();
        output::line(format!("{:<24} {}{missing}", kpi.id, kpi.title))?;
    }
    Ok(())
}
