//! Movement, gathering and scattering of elements.

mod constant_of_shape;
mod gather;
mod gather_elements;
mod gather_nd;
mod grid_sample;
mod one_hot;
mod pad;
mod positions;
mod real;
mod resample;
mod reverse_sequence;
mod roi_align;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod tensor_scatter;
mod trilu;
mod walk;
