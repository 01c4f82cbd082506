//! L1 as the sequencer sees it: the window that the L1 driver fills.

use praxis_builder::L1View;
use praxis_primitives::L1BlockInfo;
use praxis_verifier::L1Window;
use std::sync::Arc;

/// The driver's window.
pub(crate) struct WindowView(pub(crate) Arc<L1Window>);

impl L1View for WindowView {
    fn block(&self, number: u64) -> Option<Arc<L1BlockInfo>> {
        self.0.block(number)
    }
}
