import type { ClientError } from "./client-error.ts";

/** Options of a call. */
export type CallOptions = {
  /** Aborts the call, which then rejects. Its outcome is unknown. */
  signal?: AbortSignal;
};

/** A procedure that reads. It rejects with a `ClientError`. */
export type Query<Input, Output> = { readonly query: Call<Input, Output> };

/** A procedure that writes. It answers when the write is on disk. It rejects with a `ClientError`. */
export type Mutation<Input, Output> = { readonly mutate: Call<Input, Output> };

/** A call of a procedure. The input is optional if all of its fields are. */
export type Call<Input, Output> = undefined extends Input
  ? (input?: Input, options?: CallOptions) => Promise<Output>
  : (input: Input, options?: CallOptions) => Promise<Output>;

/** A procedure that follows a change log. */
export type Subscription<Input, Event> = { readonly subscribe: Subscribe<Input, Event> };

/** Begins to follow a change log. */
export type Subscribe<Input, Event> = (input: Input, options: SubscribeOptions<Event>) => RunningSubscription;

/** Options of a subscription: at least `onData` or `onError`. */
export type SubscribeOptions<Event> = SubscribeCallbacks<Event> &
  (
    | Required<Pick<SubscribeCallbacks<Event>, "onData">>
    | Required<Pick<SubscribeCallbacks<Event>, "onError">>
  );

/** The callbacks of a subscription. */
export type SubscribeCallbacks<Event> = {
  /** Called with each event. */
  onData?: (value: Tracked<Event>) => void;
  /** Called when the subscription ends with an error. */
  onError?: (error: ClientError) => void;
  /** Called when the server has accepted the subscription. */
  onStarted?: () => void;
  /** Called when either side has ended the subscription. */
  onStopped?: () => void;
  /** Called last, when no more events come. */
  onComplete?: () => void;
  /** Called when the connection is lost, and when it is restored. */
  onConnectionStateChange?: (state: ConnectionState) => void;
  /** Ends the subscription. */
  signal?: AbortSignal;
};

/** The state of a subscription's connection. */
export type ConnectionState = {
  /** `idle`: not connected. `connecting`: being connected. `pending`: connected. */
  readonly state: "idle" | "connecting" | "pending";
  /** Why the connection was lost, if it was. */
  readonly error: unknown;
};

/** A subscription that continues until it is ended. */
export type RunningSubscription = {
  /** Ends the subscription. */
  unsubscribe(): void;
};

/** An event with its position. */
export type Tracked<Event> = {
  /** The position after this event. A subscription with it as `lastEventId` resumes here. */
  readonly id: string;
  /** The event. */
  readonly data: Event;
};
