//! Messages are read as they are written, and other bytes give errors.

use crate::{FromNetwork, LinkError, NetworkConfig, PeerName, ToNetwork, Verdict, read_frame, write_frame};
use proptest::prelude::*;

fn peer() -> PeerName {
    PeerName::new(&[7; 38]).unwrap()
}

fn to_network() -> Vec<ToNetwork> {
    let config = NetworkConfig {
        secret: [3; 32],
        network: "77001".into(),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        peers: vec![],
        max_inbound: 9,
    };
    vec![
        ToNetwork::Start(config),
        ToNetwork::Publish(vec![1, 2]),
        ToNetwork::Judge { message: 4, verdict: Verdict::Reject },
        ToNetwork::Ask { id: 5, peer: peer(), data: vec![1] },
        ToNetwork::Answer { id: u64::MAX, data: vec![] },
        ToNetwork::Decline { id: 6 },
        ToNetwork::Ban { peer: peer(), seconds: 60 },
    ]
}

fn from_network() -> Vec<FromNetwork> {
    vec![
        FromNetwork::Listening("/ip4/127.0.0.1/tcp/9003".into()),
        FromNetwork::Connected(peer()),
        FromNetwork::Disconnected(peer()),
        FromNetwork::Message { message: 1, peer: peer(), data: vec![9; 40] },
        FromNetwork::Asked { id: 2, peer: peer(), data: vec![] },
        FromNetwork::Answered { id: 3, data: vec![1] },
        FromNetwork::Unanswered { id: 4 },
        FromNetwork::Failed("the address is in use".into()),
    ]
}

#[test]
fn messages_come_out_of_a_stream_as_they_went_in() {
    let mut stream = Vec::new();
    to_network().iter().for_each(|message| write_frame(&mut stream, &message.encode()).unwrap());
    from_network().iter().for_each(|message| write_frame(&mut stream, &message.encode()).unwrap());
    let mut rest = &stream[..];
    for message in to_network() {
        assert_eq!(ToNetwork::decode(&read_frame(&mut rest).unwrap().unwrap()), Ok(message));
    }
    for message in from_network() {
        assert_eq!(FromNetwork::decode(&read_frame(&mut rest).unwrap().unwrap()), Ok(message));
    }
    assert_eq!(read_frame(&mut rest).unwrap(), None);
}

#[test]
fn a_cut_or_extended_message_is_an_error() {
    for bytes in to_network().iter().map(ToNetwork::encode) {
        (0..bytes.len()).for_each(|end| assert!(ToNetwork::decode(&bytes[..end]).is_err()));
        assert_eq!(ToNetwork::decode(&[&bytes[..], &[0]].concat()), Err(LinkError::Trailing(1)));
    }
    assert!(read_frame(&mut &[1, 0, 0, 0][..]).is_err(), "the stream ends within a frame");
    assert!(read_frame(&mut &[255; 9][..]).is_err(), "a length of 4 GiB allocates nothing");
}

#[test]
fn an_error_is_told_in_part_where_it_is_long() {
    let message = FromNetwork::Failed("ü".repeat(5000));
    assert!(matches!(FromNetwork::decode(&message.encode()), Ok(FromNetwork::Failed(text)) if text.len() == 2048));
}

#[test]
fn the_secret_is_not_shown() {
    let Some(ToNetwork::Start(config)) = to_network().into_iter().next() else { panic!() };
    assert!(!format!("{config:?}").contains("3, 3"));
}

proptest! {
    #[test]
    fn any_bytes_are_a_message_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = ToNetwork::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes.clone());
        }
        if let Ok(message) = FromNetwork::decode(&bytes) {
            prop_assert_eq!(message.encode(), bytes);
        }
    }
}
