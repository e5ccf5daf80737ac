//! What an operation takes from and puts on the stack, as a function of its argument.

use super::Opcode;

/// Stack entries taken and given as functions of the argument `n`: `pops + pops_n * n` and
/// `pushes + pushes_n * n + pushes_odd * (n & 1)`.
#[derive(Clone, Copy)]
struct Effect {
    pops: i8,
    pops_n: i8,
    pushes: i8,
    pushes_n: i8,
    pushes_odd: i8,
    /// Whether the argument does not matter.
    fixed: bool,
    /// Whether the row says it so; else the row itself is asked.
    holds: bool,
}

impl Effect {
    const fn of_row(op: Opcode) -> Effect {
        let (first, second, third) =
            (op.pops_and_pushes_of_row(0), op.pops_and_pushes_of_row(1), op.pops_and_pushes_of_row(2));
        let pushes_n = (third.1 - first.1) / 2;
        let mut effect = Effect {
            pops: first.0 as i8,
            pops_n: (second.0 - first.0) as i8,
            pushes: first.1 as i8,
            pushes_n: pushes_n as i8,
            pushes_odd: (second.1 - first.1 - pushes_n) as i8,
            fixed: false,
            holds: true,
        };
        let mut oparg = 0;
        while oparg < 600 {
            let (pops, pushes) = op.pops_and_pushes_of_row(oparg);
            let (our_pops, our_pushes) = effect.at(oparg);
            effect.holds = effect.holds && pops == our_pops && pushes == our_pushes;
            oparg += if oparg < 8 { 1 } else { 31 };
        }
        effect.fixed = effect.holds && effect.pops_n == 0 && effect.pushes_n == 0 && effect.pushes_odd == 0;
        effect
    }

    #[inline(always)]
    const fn at(self, oparg: u32) -> (i64, i64) {
        let n = oparg as i64;
        let pushes = self.pushes as i64 + self.pushes_n as i64 * n + self.pushes_odd as i64 * (n & 1);
        (self.pops as i64 + self.pops_n as i64 * n, pushes)
    }
}

/// The effect of every opcode, by number.
static EFFECTS: [Effect; 512] = {
    let none = Effect { pops: 0, pops_n: 0, pushes: 0, pushes_n: 0, pushes_odd: 0, fixed: true, holds: true };
    let mut effects = [none; 512];
    let mut number = 0;
    while number < 512 {
        if let Some(op) = Opcode::from_u16(number as u16) {
            effects[number] = Effect::of_row(op);
        }
        number += 1;
    }
    effects
};

/// The change of the stack depth by the opcodes for which it does not depend on the argument; others have `VARIABLE`.
static FIXED_EFFECTS: [i8; 512] = {
    let mut effects = [VARIABLE; 512];
    let mut number = 0;
    while number < 512 {
        let effect = EFFECTS[number];
        if effect.holds && effect.pops_n == effect.pushes_n && effect.pushes_odd == 0 {
            effects[number] = effect.pushes - effect.pops;
        }
        number += 1;
    }
    effects
};

/// Stands where the argument matters.
const VARIABLE: i8 = i8::MIN;

impl Opcode {
    /// Stack entries taken and given: `(popped, pushed)`. For block-opening pseudo operations
    /// this is the effect on the way to the handler.
    #[inline]
    pub const fn pops_and_pushes(self, oparg: u32) -> (i64, i64) {
        let effect = EFFECTS[self as usize & 511];
        if effect.fixed {
            (effect.pops as i64, effect.pushes as i64)
        } else if effect.holds {
            effect.at(oparg)
        } else {
            self.pops_and_pushes_of_row(oparg)
        }
    }

    /// Number of stack entries taken.
    #[inline]
    pub const fn num_popped(self, oparg: u32) -> i64 {
        self.pops_and_pushes(oparg).0
    }

    /// Number of stack entries given.
    #[inline]
    pub const fn num_pushed(self, oparg: u32) -> i64 {
        self.pops_and_pushes(oparg).1
    }

    /// Change of the stack depth by an operation that opens no block.
    #[inline(always)]
    pub const fn plain_stack_effect(self, oparg: u32) -> i64 {
        match FIXED_EFFECTS[self as usize & 511] {
            VARIABLE => {
                let (popped, pushed) = self.pops_and_pushes(oparg);
                pushed - popped
            }
            fixed => fixed as i64,
        }
    }

    /// Change of the stack depth, as `dis.stack_effect(op, oparg, jump=...)`.
    #[inline]
    pub const fn stack_effect(self, oparg: u32, jump: bool) -> i64 {
        if self.is_block_push() && !jump {
            return 0;
        }
        let (popped, pushed) = self.pops_and_pushes(oparg);
        pushed - popped
    }
}
