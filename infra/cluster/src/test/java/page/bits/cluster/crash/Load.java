package page.bits.cluster.crash;

import datomic.Util;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What the transactions of a client say. One thread makes them; {@link #created} may come from another. */
final class Load {

    private static final Object ADD = Util.read(":db/add");
    private static final Object RETRACT_ENTITY = Util.read(":db/retractEntity");
    private static final int KNOWN = 4_096;

    private final String client;
    private final boolean churn;
    private final Random random;
    private final List<Object> entities = new ArrayList<>();

    /** @param churn also changes, retracts and collides with what earlier transactions made, so that there is something to merge */
    Load(String client, boolean churn, long seed) {
        this.client = client;
        this.churn = churn;
        this.random = new Random(seed);
    }

    List<Object> next(long number) {
        Mark mark = new Mark(client, number);
        List<Object> data = new ArrayList<>();
        data.add(Util.list(ADD, "datomic.tx", LoadSchema.MARK, mark.toString()));
        data.add(Util.list(ADD, "new", LoadSchema.NUMBER, number));
        if (churn) {
            // One in 64 takes a key that is likely to be another's, and is refused.
            long key = number % 64 == 63 ? number - 1 - random.nextInt(32) : number;
            data.add(Util.list(ADD, "new", LoadSchema.KEY, new Mark(client, key).toString()));
            change(data, number);
        }
        return data;
    }

    private void change(List<Object> data, long number) {
        Object earlier = anyEntity(number % 9 == 8);
        if (earlier == null) {
            return;
        }
        if (number % 9 == 8) {
            data.add(Util.list(RETRACT_ENTITY, earlier));
        } else {
            data.add(Util.list(ADD, earlier, LoadSchema.NUMBER, -number));
            data.add(Util.list(ADD, earlier, LoadSchema.NOTE, "note " + random.nextInt(8)));
        }
    }

    private synchronized Object anyEntity(boolean forTheLastTime) {
        if (entities.isEmpty()) {
            return null;
        }
        int index = random.nextInt(entities.size());
        return forTheLastTime ? entities.remove(index) : entities.get(index);
    }

    /** Tells of an entity that exists now, made by any client. */
    synchronized void created(Object entity) {
        if (entities.size() < KNOWN) {
            entities.add(entity);
        } else {
            entities.set(random.nextInt(KNOWN), entity);
        }
    }
}
