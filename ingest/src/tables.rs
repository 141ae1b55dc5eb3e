//! Rows of many tables, as sources tell them by the tables' names. Knows which tables are for sources to fill, nothing of what they tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use quarterdeck_engine::contract::Contracts;

use crate::sources::{RowHead, RowTaker, Teller, Told, Wrong};
use crate::table_rows::TableRows;

/// Rows of many tables, as a source tells them by name.
pub(crate) struct Tables<'a> {
    pub(crate) contracts: &'a Contracts,
    pub(crate) tables: BTreeMap<String, TableRows>,
    /// The table of the row that is being told.
    current: String,
}

impl<'a> Tables<'a> {
    /// No table yet.
    pub(crate) fn new(contracts: &'a Contracts) -> Self {
        Self { contracts, tables: BTreeMap::new(), current: String::new() }
    }

    /// The rows of `name`.
    ///
    /// # Errors
    /// [`Wrong`] when no table is named so that a source fills.
    pub(crate) fn table(&mut self, name: &str) -> Result<&mut TableRows, Wrong> {
        if !self.tables.contains_key(name) {
            let contract = self.contracts.get(name).ok().filter(|contract| contract.domain != SYSTEM_DOMAIN);
            let unknown = || Wrong {
                record: 1,
                field: String::new(),
                value: Some(name.to_owned()),
                reason: format!("there is no table `{name}` that a source fills"),
            };
            self.tables.insert(name.to_owned(), TableRows::new(Arc::clone(contract.ok_or_else(unknown)?)));
        }
        self.tables.get_mut(name).ok_or_else(|| Wrong::whole("its table is gone"))
    }

    fn current(&mut self) -> Result<&mut TableRows, Wrong> {
        self.tables.get_mut(&self.current).ok_or_else(|| Wrong::whole("no row was begun"))
    }
}

/// Domain of the tables that the engine fills itself.
const SYSTEM_DOMAIN: &str = "system";

impl RowTaker for Tables<'_> {
    fn begin(&mut self, table: &str) -> Result<(), Wrong> {
        self.table(table)?.begin();
        if self.current != table {
            table.clone_into(&mut self.current);
        }
        Ok(())
    }

    fn tell(&mut self, column: &str, value: Told<'_>, zone: Tz) -> Result<(), Wrong> {
        self.current()?.tell(column, value, zone)
    }

    fn end(&mut self, head: RowHead<'_>, teller: Teller<'_>) -> Result<(), Wrong> {
        self.current()?.end(head, teller)
    }
}
