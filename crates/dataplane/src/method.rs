//! The unary calls of the decision service.

/// The path of the service, before a method's name.
pub(crate) const PREFIX: &str = "/turnout.v1.DecisionService/";

/// A unary call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Method {
    Decide,
    BatchDecide,
    DecideAll,
    CheckSegment,
    BatchCheckSegments,
    ListMatchingSegments,
    Explain,
    Expose,
    GetSnapshotStatus,
}

impl Method {
    pub(crate) const ALL: [Method; 9] = [
        Method::Decide,
        Method::BatchDecide,
        Method::DecideAll,
        Method::CheckSegment,
        Method::BatchCheckSegments,
        Method::ListMatchingSegments,
        Method::Explain,
        Method::Expose,
        Method::GetSnapshotStatus,
    ];

    /// The name in the proto.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Method::Decide => "Decide",
            Method::BatchDecide => "BatchDecide",
            Method::DecideAll => "DecideAll",
            Method::CheckSegment => "CheckSegment",
            Method::BatchCheckSegments => "BatchCheckSegments",
            Method::ListMatchingSegments => "ListMatchingSegments",
            Method::Explain => "Explain",
            Method::Expose => "Expose",
            Method::GetSnapshotStatus => "GetSnapshotStatus",
        }
    }

    /// The call of an HTTP path, with or without the leading slash.
    #[inline]
    pub(crate) fn of_path(path: &str) -> Option<Method> {
        let name = match path.strip_prefix(PREFIX) {
            Some(name) => name,
            None => path.strip_prefix(&PREFIX[1..])?,
        };
        match name {
            "Decide" => Some(Method::Decide),
            "CheckSegment" => Some(Method::CheckSegment),
            _ => Method::ALL.into_iter().find(|method| method.name() == name),
        }
    }
}
