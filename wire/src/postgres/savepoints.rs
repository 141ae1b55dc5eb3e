//! Savepoints, as libraries set them around what may fail: nothing is written here, so that to return to one is to go on. Knows no session.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::common::{DFSchema, ParamValues};
use datafusion::logical_expr::{EmptyRelation, LogicalPlan};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::QueryHook;
use datafusion_postgres::hooks::HookClient;
use datafusion_postgres::pgwire::api::ClientInfo;
use datafusion_postgres::pgwire::api::results::{Response, Tag};
use datafusion_postgres::pgwire::error::PgWireResult;
use datafusion_postgres::pgwire::messages::response::TransactionStatus;

use super::as_wire;
use crate::sqlstate::{SqlError, code};

/// Sets, releases and returns to them.
pub(super) struct Savepoints;

/// What a statement does.
enum Step {
    Set,
    Release,
    Return,
}

impl Step {
    fn of(statement: &Statement) -> Option<Self> {
        match statement {
            Statement::Savepoint { .. } => Some(Self::Set),
            Statement::ReleaseSavepoint { .. } => Some(Self::Release),
            Statement::Rollback { savepoint: Some(_), .. } => Some(Self::Return),
            _ => None,
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Set => "SAVEPOINT",
            Self::Release => "RELEASE SAVEPOINT",
            Self::Return => "ROLLBACK TO SAVEPOINT",
        }
    }
}

/// Before a statement that returns to a savepoint: what had failed is forgotten, and the transaction goes on. The library takes note of a
/// transaction's end only.
pub(super) fn forgive(client: &mut (impl ClientInfo + ?Sized), sql: &str) {
    let mut words = sql.split_whitespace().map(str::to_uppercase).filter(|word| word != "WORK" && word != "TRANSACTION");
    let returns = words.next().as_deref() == Some("ROLLBACK") && words.next().as_deref() == Some("TO");
    if returns && client.transaction_status() == TransactionStatus::Error {
        client.set_transaction_status(TransactionStatus::Transaction);
    }
}

fn take(step: &Step, status: TransactionStatus) -> PgWireResult<Response> {
    match (step, status) {
        (_, TransactionStatus::Idle) => {
            let message = format!("{} can only be used in transaction blocks", step.words());
            Err(as_wire("ERROR", SqlError::new(code::NO_TRANSACTION, message).with_hint("begin one by BEGIN")))
        }
        (Step::Return, _) => Ok(Response::Execution(Tag::new("ROLLBACK"))),
        // Also after a failure: a message that returns and releases at once is answered as a whole.
        (Step::Release, _) => Ok(Response::Execution(Tag::new("RELEASE"))),
        (Step::Set, TransactionStatus::Error) => {
            let message = "current transaction is aborted, commands ignored until end of transaction block";
            Err(as_wire("ERROR", SqlError::new(code::TRANSACTION_FAILED, message)))
        }
        (Step::Set, _) => Ok(Response::Execution(Tag::new("SAVEPOINT"))),
    }
}

#[async_trait]
impl QueryHook for Savepoints {
    async fn handle_simple_query(
        &self,
        statement: &Statement,
        _context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        Step::of(statement).map(|step| take(&step, client.transaction_status()))
    }

    async fn handle_extended_parse_query(
        &self,
        statement: &Statement,
        _context: &SessionContext,
        _client: &(dyn ClientInfo + Send + Sync),
    ) -> Option<PgWireResult<LogicalPlan>> {
        Step::of(statement)?;
        let nothing = EmptyRelation { produce_one_row: false, schema: Arc::new(DFSchema::empty()) };
        Some(Ok(LogicalPlan::EmptyRelation(nothing)))
    }

    async fn handle_extended_query(
        &self,
        statement: &Statement,
        _plan: &LogicalPlan,
        _parameters: &ParamValues,
        _context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        Step::of(statement).map(|step| take(&step, client.transaction_status()))
    }
}
