//! `quarterdeck serve`: the dashboards and the HTTP API, until asked to stop.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use prometheus_client::registry::Registry;
use quarterdeck_dashboards::{Dashboards, router};
use tokio::net::TcpListener;

use crate::clock;
use crate::config::Config;
use crate::home::{Home, pages};
use crate::live;

pub(crate) async fn run(config: Config) -> Result<()> {
    let home = Home::open(&config).await?;
    let listener = listen(&config).await?;
    println!("listening on http://{}", listener.local_addr()?);
    if home.control.tenants().await?.is_empty() {
        println!("no tenants yet: load files with `quarterdeck load`, then make a token with `quarterdeck token create`");
    }
    serve(config, home, listener).await
}

/// Takes the configured address.
pub(crate) async fn listen(config: &Config) -> Result<TcpListener> {
    let address = config.http.listen;
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is something else there? Set QUARTERDECK_HTTP_LISTEN to another"))
}

/// Answers on `listener` until SIGINT or SIGTERM, then finishes what was asked.
pub(crate) async fn serve(config: Config, home: Home, listener: TcpListener) -> Result<()> {
    let (pages, faults) = pages(&config)?;
    if let Some(fault) = faults.first() {
        bail!("{fault}");
    }
    let mut registry = Registry::default();
    let (live, door) = live::open(&config, &home, &mut registry).await?;
    let state = Dashboards::new(home.engine, home.control, pages, Arc::new(clock::now), config.http_limits, registry).await?;
    // The door first: it has limits of its own.
    let routes = door.merge(router(state));
    let background = [tokio::spawn(Arc::clone(&live).land_for_ever()), tokio::spawn(live.keep_up_for_ever())];
    axum::serve(listener, routes).with_graceful_shutdown(asked_to_stop()).await?;
    background.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(())
}

async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
