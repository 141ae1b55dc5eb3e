//! What waits to be settled in a tenant's tables, told by the names of their files: nothing is read. Knows no schedule.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lake::file_name::Holds;
use crate::session::Session;

/// How settled one table is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableUpkeep {
    /// The table.
    pub table: String,
    /// Files that have landed and wait to be settled.
    pub files_waiting: u64,
    /// Rows in them.
    pub rows_waiting: u64,
    /// The newest landing that a settling took in; none before the first.
    pub settled_until: Option<DateTime<Utc>>,
}

/// Every table of the session's tenant that has files, in order of their names.
pub fn upkeep(session: &Session) -> Vec<TableUpkeep> {
    let of_table = |name: &str| {
        let table = session.snapshot.table(name).filter(|table| !table.files().is_empty())?;
        let waiting = || table.files().iter().filter(|file| matches!(file.name.holds, Holds::Part { .. }));
        Some(TableUpkeep {
            table: name.to_owned(),
            files_waiting: count_of(waiting().count()),
            rows_waiting: count_of(waiting().map(|file| file.rows).sum()),
            settled_until: table.files().iter().filter_map(|file| file.name.settled_until).max(),
        })
    };
    session.contracts.iter().filter_map(|contract| of_table(&contract.name)).collect()
}

fn count_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
