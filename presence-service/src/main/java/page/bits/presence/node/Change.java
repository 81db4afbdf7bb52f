package page.bits.presence.node;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.HexFormat;
import page.bits.presence.Handle;
import page.bits.presence.peer.NamedViewer;

/**
 * One viewer more or less in what this node records, as {@code POST /actions/presence} takes it.
 *
 * @param creator a handle
 * @param join whether it is one more
 * @param id of a named viewer
 * @param name of that one
 * @param since of that one, in milliseconds since 1970
 * @param anonymous the key of one who is not named, in 16 hex digits
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"creator", "join", "id", "name", "since", "anonymous"})
public record Change(String creator, boolean join, String id, String name, Long since, String anonymous) {

    static Change of(Handle creator, boolean join, NamedViewer viewer) {
        return new Change(
                creator.value(),
                join,
                viewer.id(),
                viewer.name(),
                viewer.since().toEpochMilli(),
                null);
    }

    static Change of(Handle creator, boolean join, long anonymous) {
        return new Change(
                creator.value(), join, null, null, null, HexFormat.of().toHexDigits(anonymous));
    }
}
