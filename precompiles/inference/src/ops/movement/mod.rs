//! Movement, gathering and scattering of elements.

mod gather;
mod gather_elements;
mod gather_nd;
mod pad;
mod positions;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod walk;
