import { describeAttachRaces } from "../../domain/attach-race-rules.ts";
import { describeListRaces } from "../../domain/list-race-rules.ts";
import { openServices } from "../../support/services.ts";
import { watchReads } from "../../support/watched-reads.ts";

const stores = {
  "the SQLite store, between its statements": openServices,
  "the SQLite store, between its reads": async () => {
    const services = await openServices();
    return { ...services, watch: (afterRead: () => Promise<void>) => watchReads(services.store, afterRead) };
  },
};

for (const [name, open] of Object.entries(stores)) {
  describeAttachRaces(name, open);
  describeListRaces(name, open);
}
