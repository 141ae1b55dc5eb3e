//! What all rows of one delivery have in common: where they come from and which event told them. Knows no source.

use chrono::{DateTime, Utc};

use super::{ChildSet, Row, Value};

/// Where the rows of a delivery come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// Which installation, where the payload says so.
    pub(crate) instance: Option<String>,
    /// The source's own identifier of the event.
    pub(crate) event_id: Option<String>,
}

impl Origin {
    /// A whole row of `table`.
    pub(crate) fn row(&self, table: &'static str, version: DateTime<Utc>, sequence: i64) -> Row {
        Row { sequence, instance: self.instance.clone(), event_id: self.event_id.clone(), ..Row::new(table, version) }
    }

    /// The rows of `table` whose `column` is `id`, as a whole set.
    pub(crate) fn set(
        &self,
        table: &'static str,
        column: &'static str,
        id: &str,
        version: DateTime<Utc>,
        sequence: i64,
    ) -> ChildSet {
        let parent = vec![(column, Value::Text(id.to_owned()))];
        ChildSet { table, parent, version, sequence, instance: self.instance.clone() }
    }
}
