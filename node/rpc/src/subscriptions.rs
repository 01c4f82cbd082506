//! What a client gets that asks for a subscription over HTTP.

use jsonrpsee::{
    MethodResponse,
    core::middleware::{Batch, Notification, RpcServiceT},
    types::{ErrorCode, ErrorObject, Request},
};
use std::future::Future;
use tower::Layer;

const METHODS: [&str; 2] = ["eth_subscribe", "eth_unsubscribe"];
const REASON: &str =
    "notifications not supported: subscriptions need a WebSocket connection, at the same address as ws://";

/// Says in the words of Ethereum's clients that a subscription needs WebSocket. The server's own answer is an internal error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubscriptionsLayer;

impl<S> Layer<S> for SubscriptionsLayer {
    type Service = Subscriptions<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Subscriptions(inner)
    }
}

/// A service behind [`SubscriptionsLayer`].
#[derive(Debug, Clone)]
pub(crate) struct Subscriptions<S>(S);

impl<S> RpcServiceT for Subscriptions<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse>,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = S::NotificationResponse;
    type BatchResponse = S::BatchResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let id = METHODS.contains(&request.method_name()).then(|| request.id().into_owned());
        let answer = self.0.call(request);
        async move {
            let answer = answer.await;
            match id {
                // Subscriptions themselves never fail in this way.
                Some(id) if answer.as_error_code() == Some(ErrorCode::InternalError.code()) => {
                    let code = ErrorCode::MethodNotFound.code();
                    MethodResponse::error(id, ErrorObject::owned(code, REASON, None::<()>))
                }
                _ => answer,
            }
        }
    }

    fn batch<'a>(&self, requests: Batch<'a>) -> impl Future<Output = Self::BatchResponse> + Send + 'a {
        self.0.batch(requests)
    }

    fn notification<'a>(&self, n: Notification<'a>) -> impl Future<Output = Self::NotificationResponse> + Send + 'a {
        self.0.notification(n)
    }
}
