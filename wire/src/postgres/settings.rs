//! Settings that change what is answered: `SET quarterdeck.as_of = '2026-01-31T12:00:00Z'` asks as known then, until it is set to '' or DEFAULT;
//! `SET search_path = kpi` says in which schema a name alone is looked for.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{Expr, Set, Statement};
use datafusion_postgres::QueryHook;
use datafusion_postgres::hooks::HookClient;
use datafusion_postgres::pgwire::api::ClientInfo;
use datafusion_postgres::pgwire::api::results::{Response, Tag};
use datafusion_postgres::pgwire::error::PgWireResult;

use quarterdeck_engine::catalog::PUBLIC;

use super::as_wire;
use super::connection::Connection;
use crate::sqlstate::{SqlError, code};

/// Name of the setting.
const AS_OF: &str = "quarterdeck.as_of";
/// Name of PostgreSQL's setting of where names are looked for.
const SEARCH_PATH: &str = "search_path";

/// The knowledge time that the client has set.
pub(super) fn as_of(client: &(impl ClientInfo + ?Sized)) -> Option<DateTime<Utc>> {
    client.metadata().get(AS_OF).and_then(|text| text.parse().ok())
}

/// Sets them.
pub(super) struct OwnSettings;

impl OwnSettings {
    fn set(statement: &Statement, client: &mut dyn HookClient) -> Option<PgWireResult<Response>> {
        let Statement::Set(Set::SingleAssignment { variable, values, .. }) = statement else { return None };
        if !variable.to_string().eq_ignore_ascii_case(AS_OF) {
            return None;
        }
        let text = match values.first() {
            Some(Expr::Value(value)) => value.clone().value.into_string().unwrap_or_default(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        if text.is_empty() || text.eq_ignore_ascii_case("default") {
            client.metadata_mut().remove(AS_OF);
        } else {
            let Ok(instant) = text.parse::<DateTime<Utc>>() else {
                let error = SqlError::new(code::PARAMETER, format!("{AS_OF}: `{text}` is no instant"));
                return Some(Err(as_wire("ERROR", error.with_hint("write it as 2026-01-31T12:00:00Z"))));
            };
            client.metadata_mut().insert(AS_OF.to_owned(), instant.to_rfc3339());
        }
        Some(Ok(Response::Execution(Tag::new("SET"))))
    }

    /// Looks for names in the first schema of the path that there is; the library takes note of the path, so that nothing is answered here.
    fn follow(statement: &Statement, context: &SessionContext) {
        let Statement::Set(Set::SingleAssignment { variable, values, .. }) = statement else { return };
        if !variable.to_string().eq_ignore_ascii_case(SEARCH_PATH) {
            return;
        }
        let texts = values.iter().map(|value| match value {
            Expr::Value(value) => value.clone().value.into_string().unwrap_or_default(),
            Expr::Identifier(name) => name.value.clone(),
            other => other.to_string(),
        });
        let path =
            texts.flat_map(|text| text.split(',').map(|name| name.trim().trim_matches('"').to_owned()).collect::<Vec<_>>());
        let state = context.state_ref();
        let mut state = state.write();
        let catalog = state.catalog_list().catalog(&state.config_options().catalog.default_catalog);
        let is_there = |name: &String| catalog.as_ref().is_some_and(|catalog| catalog.schema(name).is_some());
        let first = path.into_iter().find(is_there).unwrap_or_else(|| PUBLIC.to_owned());
        state.config_mut().options_mut().catalog.default_schema = first;
    }

    /// Sets, and has what follows in the same message look as of then.
    async fn set_and_look(statement: &Statement, client: &mut dyn HookClient) -> Option<PgWireResult<Response>> {
        let set = match Self::set(statement, client)? {
            Ok(set) => set,
            Err(error) => return Some(Err(error)),
        };
        let (connection, as_of) = (client.session_extensions().get::<Arc<Connection>>(), as_of(client));
        let looked = match connection {
            Some(connection) => connection.look(as_of).await,
            None => Ok(()),
        };
        Some(looked.map(|()| set).map_err(|error| as_wire("ERROR", error)))
    }
}

#[async_trait]
impl QueryHook for OwnSettings {
    async fn handle_simple_query(
        &self,
        statement: &Statement,
        context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        Self::follow(statement, context);
        Self::set_and_look(statement, client).await
    }

    async fn handle_extended_parse_query(
        &self,
        _statement: &Statement,
        _context: &SessionContext,
        _client: &(dyn ClientInfo + Send + Sync),
    ) -> Option<PgWireResult<LogicalPlan>> {
        None
    }

    async fn handle_extended_query(
        &self,
        statement: &Statement,
        _plan: &LogicalPlan,
        _parameters: &ParamValues,
        context: &SessionContext,
        client: &mut dyn HookClient,
    ) -> Option<PgWireResult<Response>> {
        Self::follow(statement, context);
        Self::set_and_look(statement, client).await
    }
}
