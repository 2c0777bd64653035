//! The native module `turnout._core`: Python's objects to the engine's and back, nothing else.
mod answers;
mod arrow;
mod attributes;
mod carried;
mod classes;
mod dataplane;
mod explanation;
mod failures;
mod literals;
mod members;
mod memory;
mod moments;
mod named_sets;
mod program;
mod redis_members;
mod request;
mod slices;
mod status;
mod tuples;
mod values;

/// The module, opened by `turnout.engine` alone.
#[pyo3::pymodule(name = "_core", gil_used = true)]
mod core_module {
    #[pymodule_export]
    use crate::arrow::{IdBatch, IdBatches};
    #[pymodule_export]
    use crate::dataplane::{Addresses, DataPlane};
    #[pymodule_export]
    use crate::literals::{
        check_cidr, check_moments, check_number, check_regex, check_version, check_zone,
        compare_numbers, compare_versions, moment, slot, text_form, tzdata_version,
    };
    #[pymodule_export]
    use crate::members::{MemberDelta, MemberSet, MemberSetBuilder, MemberSetSummary};
    #[pymodule_export]
    use crate::named_sets::{NamedMemberSet, member_segments, named_member_sets};
    #[pymodule_export]
    use crate::program::Program;
    #[pymodule_export]
    use crate::redis_members::RedisMembers;
}
