import type { Transaction } from '../../db/index.ts';
import { decide } from '../guard/decide.ts';
import type { Budget, ContainmentRequest, Decision, Facts } from '../guard/facts.ts';
import type { Policies } from '../guard/policies.ts';
import { takeBudgets, type BudgetTaking } from '../store/facts.ts';

export interface Spending {
  /** decide() with what earlier decisions of this transaction spend; a permit spends one of each of its budgets. */
  decide(request: ContainmentRequest, facts: Facts): Decision;
  /** Takes what was spent, with the commit: when somebody else took the rest meanwhile, nothing is committed (a conflict). */
  settle(tx: Transaction, now: Date): void;
}

/** The budgets of one transaction. They are taken under lock with its commit, so that nothing waits for them before. */
export function createSpending(policies: Policies): Spending {
  const takings = new Map<string, BudgetTaking>();
  const keyOf = (tenantId: string, { name }: Budget) => JSON.stringify([tenantId, name]);
  return {
    decide(request, facts) {
      const { tenantId } = request;
      const spent = (budget: Budget) => takings.get(keyOf(tenantId, budget))?.count ?? 0;
      const budgets = facts.budgets.map((budget) => ({ ...budget, used: budget.used + spent(budget) }));
      const decision = decide(request, { ...facts, budgets }, policies);
      if (decision.outcome === 'permit')
        for (const budget of budgets)
          takings.set(keyOf(tenantId, budget), {
            tenantId,
            name: budget.name,
            limit: budget.limit,
            count: spent(budget) + 1,
          });
      return decision;
    },
    settle(tx, now) {
      if (takings.size > 0) tx.later(takeBudgets(tx, [...takings.values()], now));
    },
  };
}
