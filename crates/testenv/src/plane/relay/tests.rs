//! Each mode, as an ordinary TCP client sees it.

use std::{io::ErrorKind, time::Duration};

use tokio::time::timeout;

use super::*;

/// An echo server and a relay to it.
async fn mk_relay() -> (Relay, JoinSet<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a listener");
    let target = listener.local_addr().expect("an address");
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut echoes = JoinSet::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            echoes.spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    (Relay::start(target).await.expect("a relay"), server)
}

async fn connect(relay: &Relay) -> std::io::Result<TcpStream> {
    TcpStream::connect(relay.address()).await
}

/// Sends four bytes and waits for them.
async fn echo(client: &mut TcpStream) -> std::io::Result<[u8; 4]> {
    client.write_all(b"ping").await?;
    let mut answer = [0; 4];
    client.read_exact(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn pass_carries_both_ways() {
    let (relay, _server) = mk_relay().await;
    let mut client = connect(&relay).await.expect("connects");

    assert_eq!(&echo(&mut client).await.expect("an echo"), b"ping");
}

#[tokio::test]
async fn blackhole_is_silent_and_holds_what_was_sent() {
    let (relay, _server) = mk_relay().await;
    let mut old = connect(&relay).await.expect("connects");
    echo(&mut old).await.expect("an echo");

    relay.set(Mode::Blackhole).await.expect("switches");
    let mut new = connect(&relay).await.expect("connects all the same");
    let silence = Duration::from_millis(200);
    assert!(
        timeout(silence, echo(&mut old)).await.is_err(),
        "an old connection hangs"
    );
    assert!(
        timeout(silence, echo(&mut new)).await.is_err(),
        "a new connection hangs"
    );

    relay.set(Mode::Pass).await.expect("switches");
    for mut client in [old, new] {
        let mut answer = [0; 4];
        client.read_exact(&mut answer).await.expect("what was held");
        assert_eq!(&answer, b"ping");
    }
}

#[tokio::test]
async fn drop_lets_nobody_connect_until_pass() {
    let (relay, _server) = mk_relay().await;
    let mut old = connect(&relay).await.expect("connects");
    echo(&mut old).await.expect("an echo");
    let silence = Duration::from_millis(300);

    for _ in 0..2 {
        relay.set(Mode::Drop).await.expect("switches");
        assert!(
            timeout(silence, connect(&relay)).await.is_err(),
            "connecting hangs"
        );
        assert!(
            timeout(silence, old.read_u8()).await.is_err(),
            "an old connection hangs"
        );

        relay.set(Mode::Pass).await.expect("switches");
        let mut new = connect(&relay).await.expect("connects");
        echo(&mut new).await.expect("an echo");
        echo(&mut old).await.expect("an echo");
    }
}

#[tokio::test]
async fn who_was_connecting_during_drop_gets_in_after_it() {
    let (relay, _server) = mk_relay().await;
    relay.set(Mode::Drop).await.expect("switches");
    let connecting = connect(&relay);
    tokio::pin!(connecting);
    assert!(
        timeout(Duration::from_millis(300), &mut connecting)
            .await
            .is_err()
    );

    relay.set(Mode::Pass).await.expect("switches");

    let mut client = connecting.await.expect("connects at the next try of its kernel");
    echo(&mut client).await.expect("an echo");
}

#[tokio::test]
async fn refuse_closes_the_port_and_pass_opens_it_again() {
    let (relay, _server) = mk_relay().await;
    let mut old = connect(&relay).await.expect("connects");
    echo(&mut old).await.expect("an echo");

    relay.set(Mode::Refuse).await.expect("switches");
    assert_eq!(
        connect(&relay).await.expect_err("closed").kind(),
        ErrorKind::ConnectionRefused
    );
    assert!(echo(&mut old).await.is_err(), "an old connection has ended");

    relay.set(Mode::Pass).await.expect("switches");
    let mut new = connect(&relay).await.expect("connects");
    echo(&mut new).await.expect("an echo");
}

#[tokio::test]
async fn reset_ends_every_connection_by_a_reset() {
    let (relay, _server) = mk_relay().await;
    let mut old = connect(&relay).await.expect("connects");
    echo(&mut old).await.expect("an echo");

    relay.set(Mode::Reset).await.expect("switches");
    assert_eq!(
        echo(&mut old).await.expect_err("reset").kind(),
        ErrorKind::ConnectionReset
    );
    let mut new = connect(&relay).await.expect("connects, and is reset then");
    assert_eq!(
        echo(&mut new).await.expect_err("reset").kind(),
        ErrorKind::ConnectionReset
    );
}
