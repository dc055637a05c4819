//! `cargo run -p havenmeester-testenv -- NAME`: a real control plane to try things on, until Ctrl-C.
//!
//! Prints a line for each process and the path of a kubeconfig; the last line says that it is ready.

use std::{error::Error, io::Write as _, process::ExitCode};

use havenmeester_testenv::{Cluster, ClusterOptions, Process};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_else(|| "testenv".to_owned());
    match run(name).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(name: String) -> Result<(), Box<dyn Error>> {
    let cluster = Cluster::start(ClusterOptions::new(name)).await?;
    print(&cluster)?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn print(cluster: &Cluster) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for process in Process::ALL {
        if let Some(id) = cluster.process(process).id() {
            writeln!(out, "{process} {id}")?;
        }
    }
    writeln!(out, "kubeconfig {}\nready", cluster.kubeconfig_file().display())?;
    out.flush()
}
