//! Standard input and output, each by a thread: reading them blocks.

use crate::outbox::Writer;
use praxis_link::{ToNetwork, read_frame, write_frame};
use std::io::{Read, Write};
use tokio::sync::mpsc::Sender;

/// Hands on what the node says, until it is gone or says something that is no message.
pub(crate) fn read_all(mut stream: impl Read, commands: &Sender<ToNetwork>) {
    loop {
        let frame = match read_frame(&mut stream) {
            Ok(Some(frame)) => frame,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "the node can't be heard");
                return;
            }
        };
        match ToNetwork::decode(&frame) {
            Ok(command) => {
                if commands.blocking_send(command).is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the node said something that is no message");
                return;
            }
        }
    }
}

/// Writes what is told to the node, until there is nothing more to tell or nobody listens.
pub(crate) fn write_all(mut frames: Writer, mut stream: impl Write) {
    while let Some(frame) = frames.next() {
        if write_frame(&mut stream, &frame).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}
