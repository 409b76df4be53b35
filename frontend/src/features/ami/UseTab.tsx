import { CostSection } from './CostSection';
import { GroupsSection } from './GroupsSection';
import { SeriesSection } from './SeriesSection';
import type { TabProps } from './context';
import { groupShown } from './scope';

/** What was used, when, and by whom. */
export function UseTab(props: TabProps) {
  const { view, may } = props;
  const by = groupShown(view.by, view.scope, may);
  return (
    <>
      <SeriesSection {...props} />
      {by !== null && <GroupsSection {...props} by={by} />}
      {view.scope === null && view.customerClass === null && may.has('grid.view_transformer') && <CostSection {...props} />}
    </>
  );
}
