import { Component } from 'react';
import type { ErrorInfo, ReactNode } from 'react';

import { ErrorState } from './StateMessage';

interface Props {
  /** What the panel shows, for the message: "The KPI bar". */
  name: string;
  children: ReactNode;
}

/** Keeps a failure inside one panel and offers to draw the panel again. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    // The browser console is where operators' support looks first.
    // eslint-disable-next-line no-console
    console.error(`${this.props.name} failed`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <ErrorState
        title={`${this.props.name} could not be shown`}
        detail={error.message}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
