import { useMemo, useState } from 'react';

import { formatRange, formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity, plural } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Figures } from '../../../ui/Figures';
import { Note } from '../../../ui/Note';
import { Loaded } from '../Loaded';
import { Part } from '../Part';
import type { TabProps } from '../context';
import { numberIn } from '../frozen';
import type { StudyRow } from '../queries';
import { formatShare } from '../words';

import { BudgetExplorer } from './BudgetExplorer';
import { MeasureTable } from './MeasureTable';
import { bestUnder, candidatesOf, frontierOf, idsOf, regionsOf } from './frontier';
import type { RegionRow } from './frontier';
import { InvestmentQuery } from './queries';
import type { Investment } from './queries';

type Props = TabProps & { study: StudyRow; isReport: boolean };

/** A comparison of measures, the best set, and what other budgets would buy. */
export function InvestmentResult(props: Props) {
  return (
    <Loaded query={InvestmentQuery} id={props.study.studyId} what="The comparison" pick={(data) => data.decisionStudy?.investment}>
      {(found) => <Shown {...props} found={found} />}
    </Loaded>
  );
}

const REGIONS: readonly ShownColumn<RegionRow>[] = [
  { key: 'zone', label: 'Load zone', value: ({ zone }) => zone },
  { key: 'measures', label: 'Measures', isNumber: true, value: ({ measures }) => measures },
  { key: 'chosen', label: 'Chosen', isNumber: true, value: ({ chosen }) => chosen },
  { key: 'cost', label: 'Cost', unit: '$', isNumber: true, value: ({ costUsd }) => costUsd, cell: ({ costUsd }) => formatUsd(costUsd) },
  { key: 'benefit', label: 'Benefit, each alone', unit: '$', isNumber: true, value: ({ benefitUsd }) => benefitUsd, cell: ({ benefitUsd }) => formatUsd(benefitUsd) },
];

function Shown({ found, study, ...props }: Props & { found: Investment }) {
  const budgetUsd = numberIn(study.inputs, 'budget_usd') ?? 0;
  const [trialUsd, setTrial] = useState<number | null>(null);
  const frontier = useMemo(() => frontierOf(candidatesOf(found.measures)), [found]);
  const trial = useMemo(() => (trialUsd === null ? null : bestUnder(frontier, trialUsd)), [frontier, trialUsd]);
  const chosen = useMemo(() => new Set(trialUsd === null ? found.portfolio.measureIds : idsOf(trial)), [found, trial, trialUsd]);
  const regions = useMemo(() => regionsOf(found.measures, chosen), [found, chosen]);
  const { portfolio } = found;
  const overlap = portfolio.sumOfBenefitsUsd - (portfolio.benefitUsd.mid ?? portfolio.sumOfBenefitsUsd);
  const years = numberIn(study.inputs, 'years');
  return (
    <>
      <Part title={`The best set under ${formatUsd(budgetUsd)}`} note={`Study ${study.studyId}: ${study.name}`} testId="portfolio">
        <Figures
          figures={[
            { label: 'Chosen', value: plural(portfolio.measureIds.length, 'measure'), detail: `of ${formatNumber(found.measures.length)}` },
            { label: 'Cost', value: formatUsd(portfolio.costUsd), detail: `${formatUsd(budgetUsd - portfolio.costUsd)} of the budget is left` },
            { label: 'Saves a year, together', value: formatRange(portfolio.annualUsd, formatUsd) },
            { label: `Benefit over ${formatQuantity(years, 'years')}`, value: formatRange(portfolio.benefitUsd, formatUsd), detail: 'present value, simulated together' },
            {
              label: 'Benefit over cost',
              value: portfolio.costUsd > 0 && portfolio.benefitUsd.mid !== null ? `${formatNumber(portfolio.benefitUsd.mid / portfolio.costUsd, 2)} ×` : '–',
            },
            { label: 'Each alone would add up to', value: formatUsd(portfolio.sumOfBenefitsUsd), detail: overlap > 1 ? `${formatUsd(overlap)} of it is saved twice` : 'nothing is saved twice' },
          ]}
        />
        <Note>
          Found exactly, by what measures save alone, at the mid durations; then the set was simulated together. Ranges are those of how long losses last. A dollar a year is worth{' '}
          {formatNumber(found.presentValueFactor, 3)} dollars now ({formatShare(numberIn(study.inputs, 'discount_frac'), 1)} a year). Runs:{' '}
          {found.scenarios.map(({ runId, perYear, lostMw }) => `run ${runId}, ${formatQuantity(perYear, '')} times a year, ${formatQuantity(lostMw, 'MW', 1)} lost`).join('; ')}.
        </Note>
      </Part>
      <BudgetExplorer {...props} study={study} found={found} frontier={frontier} budgetUsd={budgetUsd} trialUsd={trialUsd} trial={trial} onTrial={setTrial} />
      <MeasureTable study={study} measures={found.measures} chosen={chosen} isTrial={trialUsd !== null} />
      <Part title="By region" note={trialUsd === null ? 'Of the best set' : `Of the set for ${formatUsd(trialUsd)}`} testId="regions">
        <DataTable caption="By the load zone of the asset" rows={regions} columns={REGIONS} rowKey={({ zone }) => zone} testId="region-table" />
      </Part>
    </>
  );
}
