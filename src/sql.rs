//! `quarterdeck sql`: a statement over a tenant's current state.

use anyhow::Result;

use crate::cli::SqlArguments;
use crate::config::Config;
use crate::home::Home;
use crate::output;

pub(crate) async fn run(config: Config, arguments: SqlArguments) -> Result<()> {
    let home = Home::open(&config).await?;
    let session = home.session(&arguments.tenant, arguments.as_of.as_deref()).await?;
    let answer = session.sql(&arguments.statement).await?;
    output::rows(&answer.batches, answer.truncated, arguments.format)
}
