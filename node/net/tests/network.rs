//! The program itself: processes on loopback that are told what to do as a node tells them.

use praxis_link::{FromNetwork, NetworkConfig, PeerName, ToNetwork, Verdict, read_frame, write_frame};
use std::{
    io::Write,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

const LIMIT: Duration = Duration::from_secs(30);

struct Process {
    child: Child,
    input: ChildStdin,
    said: Receiver<FromNetwork>,
    address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn spawn(config: NetworkConfig) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_praxis-net"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (input, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(frame)) = read_frame(&mut output) {
                if sender.send(FromNetwork::decode(&frame).expect("a message")).is_err() {
                    return;
                }
            }
        });
        let mut process = Self { child, input, said, address: String::new() };
        process.tell(&ToNetwork::Start(config));
        process
    }

    /// A process of the network "1" that listens on a free port.
    fn start(secret: u8, peers: &[&Self]) -> Self {
        let peers = peers.iter().map(|peer| peer.address.clone()).collect();
        let listen = vec!["/ip4/127.0.0.1/tcp/0".into()];
        let mut process =
            Self::spawn(NetworkConfig { secret: [secret; 32], network: "1".into(), listen, peers, max_inbound: 8 });
        process.address = process.until("an address", |said| match said {
            FromNetwork::Listening(address) => Some(address),
            _ => None,
        });
        process
    }

    fn tell(&mut self, message: &ToNetwork) {
        write_frame(&mut self.input, &message.encode()).and_then(|()| self.input.flush()).expect("it listens");
    }

    fn next(&self, deadline: Instant) -> Option<FromNetwork> {
        match self.said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(said) => Some(said),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => panic!("the program ended"),
        }
    }

    fn until<T>(&self, what: &str, mut wanted: impl FnMut(FromNetwork) -> Option<T>) -> T {
        let deadline = Instant::now() + LIMIT;
        loop {
            let said = self.next(deadline).unwrap_or_else(|| panic!("{what}: not within {LIMIT:?}"));
            if let Some(found) = wanted(said) {
                return found;
            }
        }
    }

    fn connected(&self) -> PeerName {
        self.until("a connection", |said| match said {
            FromNetwork::Connected(peer) => Some(peer),
            _ => None,
        })
    }

    fn message(&self) -> (u64, Vec<u8>) {
        self.until("a gossip message", |said| match said {
            FromNetwork::Message { message, data, .. } => Some((message, data)),
            _ => None,
        })
    }

    /// Says it again and again, each time another way, until `other` hears it: who is connected is not yet in each other's mesh.
    fn publish_until_heard(&mut self, other: &Self, text: &str) -> (u64, Vec<u8>) {
        for n in 0..60 {
            self.tell(&ToNetwork::Publish(format!("{text} {n}").into_bytes()));
            let deadline = Instant::now() + Duration::from_millis(500);
            while let Some(said) = other.next(deadline) {
                if let FromNetwork::Message { message, data, .. } = said {
                    return (message, data);
                }
            }
        }
        panic!("nobody hears {text}");
    }
}

#[test]
fn a_message_is_sent_on_once_its_verdict_is_there_and_not_before() {
    let mut first = Process::start(1, &[]);
    let mut second = Process::start(2, &[&first]);
    let third = Process::start(3, &[&second]);
    first.connected();
    third.connected();
    let (number, data) = first.publish_until_heard(&second, "block");
    let wait = Instant::now() + Duration::from_secs(1);
    while let Some(said) = third.next(wait) {
        assert!(!matches!(said, FromNetwork::Message { .. }), "it was sent on before its verdict");
    }
    second.tell(&ToNetwork::Judge { message: number, verdict: Verdict::Accept });
    // Who joined the mesh late may have missed this one; it hears the next.
    let deadline = Instant::now() + Duration::from_secs(2);
    let mut heard = third.next(deadline);
    while heard.is_some() && !matches!(heard, Some(FromNetwork::Message { .. })) {
        heard = third.next(deadline);
    }
    if let Some(FromNetwork::Message { data: sent_on, .. }) = heard {
        assert_eq!(sent_on, data);
    } else {
        let (number, data) = first.publish_until_heard(&second, "again");
        second.tell(&ToNetwork::Judge { message: number, verdict: Verdict::Accept });
        assert_eq!(third.message().1, data);
    }
}

#[test]
fn questions_are_answered_declined_or_bounded() {
    let mut first = Process::start(4, &[]);
    let mut second = Process::start(5, &[&first]);
    let (of_second, of_first) = (first.connected(), second.connected());
    let ask = |process: &mut Process, id, peer: &PeerName, data: Vec<u8>| {
        process.tell(&ToNetwork::Ask { id, peer: peer.clone(), data });
    };
    let asked = |process: &Process| {
        process.until("a question", |said| match said {
            FromNetwork::Asked { id, peer, data } => Some((id, peer, data)),
            _ => None,
        })
    };
    let outcome = |process: &Process, wanted: u64| {
        process.until("an outcome", |said| match said {
            FromNetwork::Answered { id, data } if id == wanted => Some(Some(data)),
            FromNetwork::Unanswered { id } if id == wanted => Some(None),
            _ => None,
        })
    };
    ask(&mut second, 7, &of_first, b"where?".to_vec());
    let (id, peer, data) = asked(&first);
    assert_eq!((peer, data), (of_second.clone(), b"where?".to_vec()));
    let answer = vec![9; 9 << 20];
    first.tell(&ToNetwork::Answer { id, data: answer.clone() });
    assert!(outcome(&second, 7) == Some(answer), "nine megabytes come through");

    ask(&mut second, 8, &of_first, b"and?".to_vec());
    let (id, ..) = asked(&first);
    first.tell(&ToNetwork::Decline { id });
    assert_eq!(outcome(&second, 8), None);

    ask(&mut second, 9, &of_first, vec![0; 300 << 10]);
    assert_eq!(outcome(&second, 9), None, "so long a question is not read");
    ask(&mut second, 10, &PeerName::new(&[1, 2]).unwrap(), vec![]);
    assert_eq!(outcome(&second, 10), None, "there is no such peer");

    // An allowance of 64, and 16 more each second.
    (100..220).for_each(|id| ask(&mut second, id, &of_first, vec![]));
    let deadline = Instant::now() + Duration::from_secs(2);
    let mut heard = 0;
    while let Some(said) = first.next(deadline) {
        if let FromNetwork::Asked { id, .. } = said {
            first.tell(&ToNetwork::Decline { id });
            heard += 1;
        }
    }
    assert!((10..=110).contains(&heard), "{heard} of 120 questions came through");

    first.tell(&ToNetwork::Ban { peer: of_second.clone(), seconds: 600 });
    second
        .until("the end of the connection", |said| (said == FromNetwork::Disconnected(of_first.clone())).then_some(()));
    let deadline = Instant::now() + Duration::from_secs(3);
    while let Some(said) = first.next(deadline) {
        assert!(!matches!(said, FromNetwork::Connected(_)), "who is banned is not let in");
    }
}

#[test]
fn a_peer_that_comes_back_is_found_and_other_networks_are_not_heard() {
    let first = Process::start(6, &[]);
    let second = Process::start(7, &[&first]);
    first.connected();
    let of_second = second.connected();
    let address = first.address.clone();
    drop(first);
    second.until("the loss of the peer", |said| (said == FromNetwork::Disconnected(of_second.clone())).then_some(()));
    let port = address.split('/').nth(4).unwrap();
    let listen = vec![format!("/ip4/127.0.0.1/tcp/{port}")];
    let config = NetworkConfig { secret: [6; 32], network: "2".into(), listen, peers: vec![], max_inbound: 8 };
    let mut again = Process::spawn(config);
    assert_eq!(second.connected(), of_second, "it is dialled again, and its key is the same");
    for n in 0..6 {
        again.tell(&ToNetwork::Publish(vec![n]));
        let deadline = Instant::now() + Duration::from_millis(300);
        while let Some(said) = second.next(deadline) {
            assert!(!matches!(said, FromNetwork::Message { .. }), "a block of another network");
        }
    }
}

#[test]
fn what_it_can_not_do_it_says() {
    let failed = |listen: &str, peer: &str| {
        let config = NetworkConfig {
            secret: [8; 32],
            network: "1".into(),
            listen: vec![listen.into()],
            peers: if peer.is_empty() { vec![] } else { vec![peer.into()] },
            max_inbound: 8,
        };
        let mut process = Process::spawn(config);
        let reason = process.until("a reason", |said| match said {
            FromNetwork::Failed(reason) => Some(reason),
            _ => None,
        });
        assert!(!process.child.wait().unwrap().success());
        reason
    };
    assert!(failed("127.0.0.1:9003", "").contains("/ip4/1.2.3.4/tcp/9003"));
    assert!(failed("/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/9003").contains("no peer id"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let reason = failed(&format!("/ip4/127.0.0.1/tcp/{port}"), "");
    assert!(reason.contains("can't listen"), "{reason}");
}

#[test]
fn it_ends_with_its_node() {
    let mut process = Process::start(9, &[]);
    let Process { child, input, .. } = &mut process;
    // Closes the pipe.
    drop(std::mem::replace(input, child_input()));
    let deadline = Instant::now() + LIMIT;
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it runs on");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Some other pipe.
fn child_input() -> ChildStdin {
    let mut child = Command::new("true").stdin(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take().unwrap();
    child.wait().unwrap();
    input
}
