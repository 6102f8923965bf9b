//! The calls into aws-lc: Montgomery products and powers modulo one prime.
//!
//! Numbers live in Rust arrays. aws-lc sees them through a `BIGNUM` header marked as static data,
//! which it neither grows nor frees.

use std::ffi::c_int;
use std::ptr::NonNull;

use aws_lc_sys::{
    BIGNUM, BN_CTX, BN_CTX_free, BN_CTX_new, BN_FLG_STATIC_DATA, BN_MONT_CTX, BN_MONT_CTX_free,
    BN_MONT_CTX_new_for_modulus, BN_mod_exp_mont_consttime, BN_mod_mul_montgomery,
    BN_to_montgomery,
};

use crate::limbs::{LIMBS, Limb, Limbs};

/// An odd modulus of full width with its Montgomery constants.
pub(crate) struct Modulus {
    limbs: Limbs,
    context: NonNull<BN_MONT_CTX>,
}

// SAFETY: the context is plain heap memory that is owned by this value, tied to no thread.
unsafe impl Send for Modulus {}
// SAFETY: after `new` the context is only ever passed as `const BN_MONT_CTX *`, and aws-lc reads
// its fields without locks, caches or lazy writes; its own RSA keys share one among threads.
unsafe impl Sync for Modulus {}

/// The library's pool of temporaries: one per computation, since it is not shared among threads.
pub(crate) struct Scratch(NonNull<BN_CTX>);

impl Scratch {
    /// An empty pool.
    pub(crate) fn new() -> Self {
        // SAFETY: takes nothing; answers null or a pool that is ours to free.
        let pool = unsafe { BN_CTX_new() };
        Self(NonNull::new(pool).expect("memory for temporaries"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_CTX_new and is freed only here.
        unsafe { BN_CTX_free(self.0.as_ptr()) }
    }
}

impl Modulus {
    /// Prepares the constants.
    pub(crate) fn new(limbs: &Limbs) -> Self {
        let scratch = Scratch::new();
        let modulus = view(limbs);
        // SAFETY: `modulus` describes limbs that outlive the call, which copies them; `scratch`
        // is a live pool.
        let context =
            unsafe { BN_MONT_CTX_new_for_modulus(&raw const modulus, scratch.0.as_ptr()) };
        Self {
            limbs: *limbs,
            context: NonNull::new(context).expect("an odd modulus, and memory for its constants"),
        }
    }

    /// The modulus itself.
    pub(crate) const fn limbs(&self) -> &Limbs {
        &self.limbs
    }

    /// `a * R mod n`, where R is 2^3072: the form that [`Modulus::product`] keeps.
    pub(crate) fn to_montgomery(&self, a: &Limbs, scratch: &Scratch) -> Limbs {
        let a = view(a);
        // SAFETY: as told at `filled`; `a` outlives the call, the context is only read.
        filled(|out| unsafe {
            BN_to_montgomery(out, &raw const a, self.context.as_ptr(), scratch.0.as_ptr())
        })
    }

    /// `a * b / R mod n`, for residues, in time that does not depend on them.
    pub(crate) fn product(&self, a: &Limbs, b: &Limbs, scratch: &Scratch) -> Limbs {
        let (a, b) = (view(a), view(b));
        // SAFETY: as told at `filled`; `a` and `b` outlive the call, the context is only read.
        filled(|out| unsafe {
            BN_mod_mul_montgomery(
                out,
                &raw const a,
                &raw const b,
                self.context.as_ptr(),
                scratch.0.as_ptr(),
            )
        })
    }

    /// `base ^ exponent mod n`, for a residue, in time that depends on the number of limbs of the
    /// exponent alone.
    pub(crate) fn power(&self, base: &Limbs, exponent: &[Limb], scratch: &Scratch) -> Limbs {
        let (base, exponent, modulus) = (view(base), view(exponent), view(&self.limbs));
        // SAFETY: as told at `filled`; the three inputs outlive the call, the context is only
        // read and belongs to this modulus.
        filled(|out| unsafe {
            BN_mod_exp_mont_consttime(
                out,
                &raw const base,
                &raw const exponent,
                &raw const modulus,
                scratch.0.as_ptr(),
                self.context.as_ptr(),
            )
        })
    }
}

impl Drop for Modulus {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_MONT_CTX_new_for_modulus and is freed only here.
        unsafe { BN_MONT_CTX_free(self.context.as_ptr()) }
    }
}

/// Runs a call that writes a residue and gives the residue.
///
/// The header that the call gets describes `LIMBS` writable limbs of a local array. Every call
/// here answers a residue of a modulus of that width, so it fits; should the library ever ask for
/// more, it fails instead of growing, as the header is marked as static data.
fn filled(call: impl FnOnce(*mut BIGNUM) -> c_int) -> Limbs {
    let mut limbs: Limbs = [0; LIMBS];
    let mut out = BIGNUM {
        d: limbs.as_mut_ptr(),
        width: 0,
        dmax: width(LIMBS),
        neg: 0,
        flags: BN_FLG_STATIC_DATA,
    };
    let done = call(&raw mut out);
    assert_eq!(
        done, 1,
        "aws-lc computes with reduced numbers unless memory is short"
    );
    // What lies above the width of the answer is not part of it.
    let width = usize::try_from(out.width).expect("a width is not negative");
    limbs[width..].fill(0);
    limbs
}

/// A header over limbs that are only read.
const fn view(limbs: &[Limb]) -> BIGNUM {
    BIGNUM {
        d: limbs.as_ptr().cast_mut(),
        width: width(limbs.len()),
        dmax: width(limbs.len()),
        neg: 0,
        flags: BN_FLG_STATIC_DATA,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "checked here"
)]
const fn width(limbs: usize) -> c_int {
    assert!(limbs <= c_int::MAX as usize);
    limbs as c_int
}
