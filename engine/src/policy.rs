//! What of one tenant a scope may see: which process domains, which rows, and whether it is told who people are. Applied where a session
//! opens its tables, so that no door filters by itself. Knows nothing of roles and people.

mod guarded;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::common::ScalarValue;
use datafusion::datasource::ViewTable;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::Expr;
use datafusion::prelude::{SessionContext, ident, in_list, lit};

use self::guarded::Guarded;
use crate::contract::TableContract;

/// The domain of tables that say how records came: everybody sees them, as far as they tell of no person.
const SYSTEM: &str = "system";

/// What of one tenant may be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Process domains; all of them, also those to come, without.
    pub domains: Option<BTreeSet<String>>,
    /// Whether columns of class `pii` are told; they are null otherwise.
    pub personal: bool,
    /// Which rows alone are shown, of tables that are named; all of others.
    pub rows: Vec<RowFilter>,
}

/// Rows of a table are shown whose column holds one of the values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowFilter {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its values.
    pub values: BTreeSet<String>,
}

impl Policy {
    /// Everything of the tenant.
    pub fn everything() -> Self {
        Self { domains: None, personal: true, rows: Vec::new() }
    }

    /// Whether tables of `contract`'s domain are there at all.
    pub fn sees(&self, contract: &TableContract) -> bool {
        contract.domain == SYSTEM || self.domains.as_ref().is_none_or(|domains| domains.contains(&contract.domain))
    }

    /// Whether the column is null to them: what tells of people, and, to those who see a part of the tenant alone, what came as it came (bodies of
    /// messages, texts set aside), in which the rest stands too.
    fn hides(&self, column: &str, contract: &TableContract) -> bool {
        let partly = self.domains.is_some() || !self.rows.is_empty();
        let as_it_came = contract.domain == SYSTEM && partly;
        (!self.personal || as_it_came) && contract.columns.iter().any(|known| known.is_personal() && known.name == column)
    }

    /// `table` as it may be seen: the table itself where everything of it may.
    ///
    /// # Errors
    /// [`DataFusionError`] when the table has not the columns of its contract.
    pub(crate) fn guard(
        &self,
        table: Arc<dyn TableProvider>,
        contract: &TableContract,
        planning: &SessionState,
    ) -> Result<Arc<dyn TableProvider>> {
        let hidden = |name: &str| self.hides(name, contract);
        let schema = table.schema();
        // A filter on a column that is not there fails: it must not let everything through.
        let filters = self.rows.iter().filter(|filter| filter.table == contract.name).map(|filter| {
            in_list(text(&filter.column, &schema), filter.values.iter().map(|value| lit(value.as_str())).collect(), false)
        });
        let filters = filters.collect::<Vec<_>>();
        if filters.is_empty() && !schema.fields().iter().any(|field| hidden(field.name())) {
            return Ok(table);
        }
        let filtered = !filters.is_empty();
        let context = SessionContext::new_with_state(planning.clone());
        let mut frame = context.read_table(table)?;
        for filter in filters {
            frame = frame.filter(filter)?;
        }
        let columns = schema.fields().iter().map(|field| {
            if !hidden(field.name()) {
                return Ok(ident(field.name()));
            }
            Ok(Expr::Literal(ScalarValue::try_from(field.data_type())?, None).alias(field.name()))
        });
        let columns = columns.collect::<Result<Vec<_>, DataFusionError>>()?;
        let rows = frame.select(columns)?.into_unoptimized_plan();
        Ok(if filtered { Arc::new(Guarded { rows, schema }) } else { Arc::new(ViewTable::new(rows, None)) })
    }
}

fn text(column: &str, schema: &arrow::datatypes::Schema) -> Expr {
    let is_text = schema.field_with_name(column).is_ok_and(|field| field.data_type().is_string());
    let column = ident(column);
    if is_text { column } else { datafusion::prelude::cast(column, DataType::Utf8) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_texts_are_for_those_who_see_everything() {
        let table = |domain: &str| {
            let head =
                format!("-- about = \"x\"\n-- domain = \"{domain}\"\n-- order_by = [\"id\"]\n-- retention = \"business\"\n");
            let declared = "CREATE TABLE t (id TEXT NOT NULL, body TEXT OPTIONS (class = 'pii'), PRIMARY KEY (id))";
            TableContract::parse("tables/t.sql", &format!("{head}{declared}")).unwrap()
        };
        let everything = Policy::everything();
        let commerce = Policy { domains: Some(["commerce".to_owned()].into()), ..everything.clone() };
        let of_table = |policy: &Policy, domain: &str| policy.hides("body", &table(domain));
        assert!(!of_table(&everything, SYSTEM) && !of_table(&commerce, "commerce"));
        assert!(of_table(&commerce, SYSTEM));
        let filter = RowFilter { table: "orders".into(), column: "country".into(), values: ["France".to_owned()].into() };
        assert!(of_table(&Policy { rows: vec![filter], ..everything.clone() }, SYSTEM));
        assert!(of_table(&Policy { personal: false, ..everything.clone() }, "commerce"));
        assert!(!everything.hides("id", &table("commerce")));
    }
}
