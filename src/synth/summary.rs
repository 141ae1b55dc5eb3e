//! What a receiver of the whole stream must come to: rows and money of the current state, by table and by day, and counts of what went astray.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::company::Company;
use super::money::{self, Currency};
use super::table::Table;
use super::truth::Sheet;

/// The totals by day, table and currency, as CSV with a header: rows of the current state, and the money of the table's column of totals;
/// `quarterdeck totals` takes it.
pub(super) fn totals(company: &Company) -> String {
    let mut text = String::from("day,table,currency,rows,value,column\n");
    for (day, table, currency, total) in company.outbox.totals.iter() {
        let code = currency.map_or("", Currency::code);
        let value = currency.map(|currency| money::text(total.value, currency)).unwrap_or_default();
        let column = currency.and(table.money_column()).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{day},{},{code},{},{value},{column}", table.name(), total.rows);
    }
    text
}

/// Everything else, as JSON.
pub(super) fn summary(company: &Company) -> Value {
    let plan = &company.plan;
    let tables = Table::ALL
        .into_iter()
        .filter(|table| plan.tells(*table))
        .map(|table| (table.name().to_owned(), table_total(company, table)));
    let rows = |sheet: Sheet| company.truth.count(sheet);
    json!({
        "plan": {
            "seed": plan.seed,
            "orders_per_day": plan.orders_per_day,
            "skus": plan.skus,
            "customers": plan.customers,
            "from": plan.from.to_string(),
            "days": plan.days,
            "systems": plan.systems.iter().map(|system| system.name()).collect::<Vec<_>>(),
        },
        "messages": company.outbox.counts,
        "tables": tables.collect::<Map<_, _>>(),
        "truth": {
            "leaks": leaks(company),
            "stockouts": rows(Sheet::Stockouts),
            "lost_demand": rows(Sheet::LostDemand),
            "breaches": rows(Sheet::Breaches),
            "churned_customers": rows(Sheet::Churn),
            "failed_and_repeated_runs": rows(Sheet::Runs),
        },
    })
}

/// Rows of the current state, messages, and money by currency.
fn table_total(company: &Company, table: Table) -> Value {
    let totals = &company.outbox.totals;
    let mut total = Map::new();
    total.insert("rows".into(), totals.rows(table).into());
    total.insert("messages".into(), company.outbox.messages_by_table[table as usize].into());
    if let Some(column) = table.money_column() {
        let value =
            |currency: &Currency| (currency.code().to_owned(), money::text(totals.value(table, *currency), *currency).into());
        total.insert(column.into(), Value::Object(Currency::ALL.iter().map(value).collect()));
    }
    Value::Object(total)
}

/// Findings and money by rule and currency.
fn leaks(company: &Company) -> Value {
    let mut rules = Map::new();
    for ((kpi, currency), (count, amount)) in &company.leaks {
        let rule = rules.entry(*kpi).or_insert_with(|| json!({}));
        rule[currency.code()] = json!({ "findings": count, "amount": money::text(*amount, *currency) });
    }
    Value::Object(rules)
}
