//! What a session's tables are, in words, as their files say: for catalogues that show it. Knows no protocol.

use std::collections::BTreeMap;

use crate::catalog::{FORECAST, HISTORY, KPI, PUBLIC, RECORDS};
use crate::contract::{FORECAST_PREFIX, TableContract};
use crate::session::Session;

/// A table in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its schema.
    pub schema: &'static str,
    /// Its name.
    pub table: String,
    /// What a row of it is.
    pub about: String,
    /// What its columns are, by name.
    pub columns: BTreeMap<String, String>,
}

impl Session {
    /// Every table that may be seen and is described.
    pub fn described(&self) -> Vec<Described> {
        let seen = || self.contracts.iter().filter(|contract| self.policy.sees(contract));
        let table = |schema: &'static str, contract: &TableContract, about: String| Described {
            schema,
            table: contract.name.clone(),
            about,
            columns: contract.columns.iter().map(|column| (column.name.clone(), column.comment.clone())).collect(),
        };
        let current = seen().map(|contract| table(PUBLIC, contract, contract.about.clone()));
        let versions = seen().map(|contract| table(HISTORY, contract, format!("{} Every version.", contract.about)));
        let forecasts = seen().filter_map(|contract| {
            let short = contract.name.strip_prefix(FORECAST_PREFIX)?;
            Some(Described { table: short.to_owned(), ..table(FORECAST, contract, contract.about.clone()) })
        });
        let kpi = |schema: &'static str, before: &str| {
            let about = |title: &str, about: &str| format!("{title}{before}: {about}");
            let described = self.kpis().map(|kpi| Described {
                schema,
                table: kpi.id.clone(),
                about: about(&kpi.title, &kpi.about),
                columns: BTreeMap::new(),
            });
            described.collect::<Vec<_>>()
        };
        current.chain(versions).chain(forecasts).chain(kpi(KPI, " by month")).chain(kpi(RECORDS, ", its records")).collect()
    }
}
