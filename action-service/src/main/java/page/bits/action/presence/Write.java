package page.bits.action.presence;

import java.util.List;

/**
 * What a request comes to on a database value.
 *
 * @param data of the one transaction
 * @param lease of the node by then
 * @param rest whether there is more to do than one transaction is to hold
 */
record Write(List<Object> data, long lease, boolean rest) {

    Write {
        data = List.copyOf(data);
    }
}
