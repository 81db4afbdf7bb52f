package page.bits.sse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameTest {

    private static final EventId ID = new EventId("k3f9", 1042);

    /** What text from outside may be made of, to break out of its field. */
    private static final List<String> PIECES = List.of(
            "\r",
            "\n",
            "\r\n",
            "\n\r",
            "\0",
            "\u2028",
            "\u2029",
            "\u0085",
            "\u000B",
            "\f",
            "\uD800",
            "\uDC00",
            "\uFEFF",
            "\nevent: evil",
            "\r\nevent: evil\r\n",
            "\n\nid: x",
            "\n\n",
            "\rdata: x",
            "retry: 1\n",
            ":",
            ": comment",
            " ",
            "  ",
            "data:",
            "id",
            "a",
            "ä",
            "€",
            "😀",
            "{\"t\":1}",
            "<b>");

    @Test
    void anEventHasTheBytesOfTheContract() {
        assertEquals(
                """
                event: snapshot
                id: k3f9.1042
                data: {"feature":"posts","key":"alice","t":1042,"view":{"posts":[]}}

                """,
                text(Frame.of(
                        EventName.SNAPSHOT,
                        ID,
                        "{\"feature\":\"posts\",\"key\":\"alice\",\"t\":1042,\"view\":{\"posts\":[]}}")));
        assertEquals(
                """
                event: delta
                id: k3f9.1043
                data: {"t":1043,"put":[],"remove":[],"deleted":[]}

                """,
                text(Frame.of(
                        EventName.DELTA,
                        new EventId("k3f9", 1043),
                        "{\"t\":1043,\"put\":[],\"remove\":[],\"deleted\":[]}")));
        assertEquals(
                """
                event: morph
                id: k3f9.1042
                data: <section id="posts-alice">
                data:   <p>ä€😀</p>
                data: </section>

                """, text(Frame.of(EventName.MORPH, ID, "<section id=\"posts-alice\">\n  <p>ä€😀</p>\r\n</section>")));
        assertEquals("""
                event: gone
                id: k3f9.1042
                data: {"feature":"posts","key":"alice","t":1042}

                """, text(Frame.of(EventName.GONE, ID, "{\"feature\":\"posts\",\"key\":\"alice\",\"t\":1042}")));
    }

    @Test
    void whatLeavesTheReaderWhereItIsHasNoId() {
        assertEquals("""
                event: keepalive
                data: {"t":1043,"stale":false}

                """, text(Frame.of(EventName.KEEPALIVE, "{\"t\":1043,\"stale\":false}")));
        assertEquals("""
                event: reconnect
                retry: 417
                data: {"retry":417}

                """, text(Frame.reconnect(417)));
        assertEquals("retry: 2000\n\n", text(Frame.retry(2000)));
    }

    @Test
    void aReaderTakesItsTimeToWaitFromRetryAndFromReconnect() {
        EventReader reader = new EventReader();
        reader.read(bytes(Frame.retry(2000)));
        assertEquals(OptionalLong.of(2000), reader.retry());
        assertEquals(List.of(), reader.events());
        reader.read(bytes(Frame.reconnect(417)));
        assertEquals(OptionalLong.of(417), reader.retry());
        assertEquals(List.of(new EventReader.Event("reconnect", "", "{\"retry\":417}")), reader.events());
    }

    @Test
    void noTextLeavesItsEvent() {
        long seed = new Random().nextLong();
        System.out.println("FrameTest.noTextLeavesItsEvent seed " + seed);
        Random random = new Random(seed);
        for (String piece : PIECES) {
            assertArrivesWhole(piece, random);
        }
        assertArrivesWhole("", random);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int pieces = random.nextInt(9); pieces > 0; pieces--) {
                text.append(
                        random.nextInt(10) == 0
                                ? Character.toString(random.nextInt(Character.MAX_CODE_POINT + 1))
                                : PIECES.get(random.nextInt(PIECES.size())));
            }
            assertArrivesWhole(text.toString(), random);
        }
    }

    /** Between two others, so that a byte too much or too little shows. */
    private static void assertArrivesWhole(String text, Random random) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(bytes(Frame.of(EventName.MORPH, "before")));
        stream.writeBytes(bytes(Frame.of(EventName.DELTA, ID, text)));
        stream.writeBytes(bytes(Frame.of(EventName.KEEPALIVE, "after")));
        EventReader reader = new EventReader();
        readInPieces(reader, stream.toByteArray(), random);
        assertEquals(
                List.of(
                        new EventReader.Event("morph", "", "before"),
                        new EventReader.Event("delta", "k3f9.1042", asRead(text)),
                        new EventReader.Event("keepalive", "k3f9.1042", "after")),
                reader.events());
        assertEquals(OptionalLong.empty(), reader.retry());
        assertTrue(reader.isBetweenEvents());
    }

    /** Line breaks normalised, NUL replaced; what is no character in UTF-8 can't be sent as one. */
    private static String asRead(String text) {
        String replaced = text.replace("\r\n", "\n").replace('\r', '\n').replace('\0', '\uFFFD');
        return new String(replaced.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static void readInPieces(EventReader reader, byte[] bytes, Random random) {
        int from = 0;
        while (from < bytes.length) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(7));
            reader.read(bytes, from, to - from);
            from = to;
        }
    }

    @Test
    void aChunkIsTheFrameInOneChunkOfAnHttpBody() {
        for (int size : new int[] {0, 1, 200, 4_000, 70_000}) {
            Frame frame = Frame.of(EventName.MORPH, ID, "é".repeat(size));
            List<byte[]> chunks = new ArrayList<>();
            ChunkedBody body = new ChunkedBody(chunks::add);
            byte[] chunk = chunk(frame);
            body.read(chunk, 0, chunk.length);
            assertEquals(1, chunks.size());
            assertArrayEquals(bytes(frame), chunks.get(0));
            assertEquals(bytes(frame).length, frame.size());
            byte[] end = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            body.read(end, 0, end.length);
            assertTrue(body.isComplete());
        }
    }

    private static byte[] chunk(Frame frame) {
        ByteBuf chunk = frame.chunk();
        try {
            assertEquals(1, chunk.refCnt());
            byte[] bytes = new byte[chunk.readableBytes()];
            chunk.readBytes(bytes);
            return bytes;
        } finally {
            chunk.release();
        }
    }

    private static byte[] bytes(Frame frame) {
        return frame.buffer().getBytes();
    }

    private static String text(Frame frame) {
        assertEquals(frame.toString(), new String(bytes(frame), StandardCharsets.UTF_8));
        return frame.toString();
    }

    @Test
    void aLargeFrameTakesMemoryOnceForAllWhoHaveItAndNoneWhenAllHaveGivenItBack() {
        Frame frame = Frame.of(EventName.SNAPSHOT, "x".repeat(10_000));
        assertTrue(frame.isShared());
        ByteBuf one = frame.chunk();
        ByteBuf two = frame.chunk();
        assertEquals(one.memoryAddress(), two.memoryAddress());
        String bytes = one.toString(StandardCharsets.UTF_8);
        assertTrue(bytes.startsWith(Integer.toHexString(frame.size()) + "\r\nevent: snapshot\n"), bytes);
        assertTrue(bytes.endsWith("x\n\n\r\n"));
        assertFalse(one.release());
        assertTrue(two.release());
        ByteBuf three = frame.chunk();
        assertEquals(bytes, three.toString(StandardCharsets.UTF_8));
        assertTrue(three.release());
    }

    @Test
    void aSmallFrameIsCopiedForEachWhoAsksForIt() {
        Frame frame = Frame.of(EventName.DELTA, "x");
        assertFalse(frame.isShared());
        ByteBuf one = frame.chunk();
        ByteBuf two = frame.chunk();
        assertTrue(one.release());
        assertTrue(two.release());
    }
}
