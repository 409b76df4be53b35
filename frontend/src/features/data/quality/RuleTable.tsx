import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import { useMemo } from 'react';

import { humanize } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';

import type { QualityCount } from './queries';
import { RULES, SEVERITIES, severityColour } from './rules';
import type { Kind } from './rules';

interface Props {
  counts: readonly QualityCount[];
  chosen: Kind | null;
  onChoose: (kind: Kind | null) => void;
}

/** How many findings there are of each rule. */
export function RuleTable({ counts, chosen, onChoose }: Props) {
  const columns = useMemo<ShownColumn<QualityCount>[]>(
    () => [
      {
        key: 'rule',
        label: 'Rule',
        value: (each) => RULES[each.kind],
        cell: (each) => (
          <Button
            aria-pressed={each.kind === chosen}
            onClick={() => onChoose(each.kind === chosen ? null : each.kind)}
            sx={{ p: 0, minWidth: 0, textAlign: 'left' }}
            data-testid={`rule-${each.kind}`}
          >
            {RULES[each.kind]}
          </Button>
        ),
      },
      {
        key: 'severity',
        label: 'Severity',
        value: (each) => each.severity,
        order: (each) => -SEVERITIES.findIndex(([severity]) => severity === each.severity),
        cell: (each) => <Chip variant="outlined" color={severityColour(each.severity)} label={humanize(each.severity)} />,
      },
      { key: 'count', label: 'Findings', isNumber: true, value: (each) => each.count },
    ],
    [chosen, onChoose],
  );
  return (
    <DataTable
      label="Findings by rule"
      testId="rules-table"
      columns={columns}
      rows={counts}
      rowKey={(each) => `${each.kind} ${each.severity}`}
      sorting={{ key: 'severity', isDescending: true }}
    />
  );
}
