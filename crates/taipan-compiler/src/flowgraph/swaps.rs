//! Shortens runs of `SWAP` and applies them to the stores that follow.

use taipan_bytecode::Opcode;

use crate::instruction_sequence::Instruction;

/// Treats every run of swaps in a block.
pub fn optimize_swaps(instrs: &mut [Instruction]) {
    let mut i = 0;
    while i < instrs.len() {
        if instrs[i].op == Opcode::Swap {
            i = swaptimize(instrs, i);
            apply_static_swaps(instrs, i);
        }
        i += 1;
    }
}

/// Replaces the run of `SWAP`s and `NOP`s that starts at `at` by a shortest one; gives the index of its last
/// instruction (of its first, if it was a single swap).
fn swaptimize(instrs: &mut [Instruction], at: usize) -> usize {
    let run = &mut instrs[at..];
    let len = run.iter().take_while(|instr| matches!(instr.op, Opcode::Swap | Opcode::Nop)).count();
    let run = &mut run[..len];
    let swaps = run.iter().filter(|instr| instr.op == Opcode::Swap);
    if swaps.clone().count() < 2 {
        return at;
    }
    let depth = swaps.clone().map(|swap| swap.oparg as usize).max().unwrap_or(0);
    let mut stack: Vec<usize> = (0..depth).collect();
    for swap in swaps {
        stack.swap(0, (swap.oparg as usize).saturating_sub(1));
    }
    // Each cycle of the permutation is undone through its top entry; written from the end of the run backwards.
    const VISITED: usize = usize::MAX;
    let mut free = len;
    for i in 0..depth {
        if stack[i] == VISITED || stack[i] == i {
            continue;
        }
        let mut j = i;
        loop {
            if j != 0 {
                free -= 1;
                run[free].set(Opcode::Swap, j as u32 + 1);
            }
            if stack[j] == VISITED {
                break;
            }
            j = std::mem::replace(&mut stack[j], VISITED);
        }
    }
    for unused in &mut run[..free] {
        unused.set_nop();
    }
    at + len - 1
}

/// Pops its top entry and touches nothing else.
fn is_swappable(op: Opcode) -> bool {
    matches!(op, Opcode::StoreFast | Opcode::StoreFastMaybeNull | Opcode::PopTop)
}

fn stores_to(instr: &Instruction) -> Option<u32> {
    matches!(instr.op, Opcode::StoreFast | Opcode::StoreFastMaybeNull).then_some(instr.oparg)
}

fn next_swappable(instrs: &[Instruction], after: usize, lineno: Option<i32>) -> Option<usize> {
    for (i, instr) in instrs.iter().enumerate().skip(after + 1) {
        if lineno.is_some_and(|lineno| lineno >= 0 && instr.loc.lineno != lineno) {
            return None;
        }
        if instr.op != Opcode::Nop {
            return is_swappable(instr.op).then_some(i);
        }
    }
    None
}

/// Exchanges the stores after the swaps that end at `from`, so that the swaps can go.
fn apply_static_swaps(instrs: &mut [Instruction], from: usize) {
    for i in (0..=from).rev() {
        let swap = instrs[i];
        if swap.op != Opcode::Swap {
            if swap.op == Opcode::Nop || is_swappable(swap.op) {
                continue;
            }
            return;
        }
        let Some(j) = next_swappable(instrs, i, None) else { return };
        let lineno = instrs[j].loc.lineno;
        let mut k = j;
        for _ in 1..swap.oparg {
            match next_swappable(instrs, k, Some(lineno)) {
                Some(next) => k = next,
                None => return,
            }
        }
        let (store_j, store_k) = (stores_to(&instrs[j]), stores_to(&instrs[k]));
        if store_j.is_some() || store_k.is_some() {
            if store_j == store_k {
                return;
            }
            let clashes = |instr: &Instruction| {
                let store = stores_to(instr);
                store.is_some() && (store == store_j || store == store_k)
            };
            if instrs.get(j + 1..k).is_some_and(|between| between.iter().any(clashes)) {
                return;
            }
        }
        instrs[i].set_nop();
        instrs.swap(j, k);
    }
}
