import { useMemo, useState } from 'react';

import { formatNumber, formatQuantity, plural } from '../../../lib/format';
import { Figures } from '../../../ui/Figures';
import { Note } from '../../../ui/Note';
import { EmptyState } from '../../../ui/StateMessage';
import { Loaded } from '../Loaded';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';
import { formatShare } from '../words';

import { ActionCards } from './ActionCards';
import { ActionTable } from './ActionTable';
import { ChokePoints, Transfers } from './Findings';
import { keyed } from './priority';
import { MitigationQuery } from './queries';
import type { Mitigation } from './queries';

const MOST_OVERLOADED = 8;

/** The playbook: what would have stopped the run, each action as it came out when simulated. */
export function MitigationResult({ study, isReport = false }: { study: StudyRow; isReport?: boolean }) {
  return (
    <Loaded query={MitigationQuery} id={study.studyId} what="The actions" pick={(data) => data.decisionStudy?.mitigation}>
      {(found) => <Playbook study={study} found={found} isReport={isReport} />}
    </Loaded>
  );
}

function Playbook({ study, found, isReport }: { study: StudyRow; found: Mitigation; isReport: boolean }) {
  const actions = useMemo(() => keyed(found), [found]);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(actions.slice(0, 2).map(({ key }) => key)));
  const toggle = (key: string): void =>
    setTicked((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  const contained = actions.filter(({ isContained }) => isContained).length;
  return (
    <>
      <Part title="What would have stopped it" note={`Study ${study.studyId}. Every effect is of the action carried out on the network and simulated.`} testId="mitigation">
        <Figures
          figures={[
            { label: 'Lost without action', value: formatQuantity(found.lostMw, 'MW', 1) },
            {
              label: 'Customers out',
              value: formatNumber(found.customersOut),
              detail: found.customersOut === null ? 'none are on record for this load' : `on record for ${formatShare(found.coverageFrac)} of the load lost`,
            },
            { label: 'Actions that save load', value: formatNumber(actions.length), detail: `${formatNumber(contained)} stop the cascade` },
            {
              label: 'Overloaded after the first outages',
              value: formatNumber(found.overloaded.length),
              detail: found.overloaded.length === 0 ? 'no branch' : undefined,
            },
          ]}
        />
        {found.overloaded.length > 0 && (
          <Note>
            Overloaded:{' '}
            {found.overloaded.slice(0, MOST_OVERLOADED).map((id, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <AssetLink id={id} />
              </span>
            ))}
            {found.overloaded.length > MOST_OVERLOADED && ` and ${plural(found.overloaded.length - MOST_OVERLOADED, 'more branch', 'more branches')}`}
          </Note>
        )}
      </Part>
      {actions.length === 0 ? (
        <Part title="Actions">
          <EmptyState title="No action that was tried saves load" detail="What comes back then comes back by repair: see the restoration." />
        </Part>
      ) : (
        <>
          <ActionTable study={study} lostMw={found.lostMw} actions={actions} ticked={ticked} onToggle={toggle} isReport={isReport} />
          <ActionCards lostMw={found.lostMw} actions={isReport ? actions.slice(0, 2) : actions.filter(({ key }) => ticked.has(key))} />
        </>
      )}
      <ChokePoints study={study} points={found.chokePoints} />
      <Transfers study={study} transfers={found.transfers} />
    </>
  );
}
