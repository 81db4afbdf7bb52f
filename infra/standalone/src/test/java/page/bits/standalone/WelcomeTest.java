package page.bits.standalone;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class WelcomeTest {

    @Test
    void withDemoDataItTellsAlicesPageAndHowToPublishThere() {
        assertEquals("""

                Bits is ready: http://127.0.0.1:9090/@alice

                Publish as alice from another terminal, and watch it appear there:

                  curl -H "Authorization: Bearer $(./bits token alice --port 9090)" -H 'Content-Type: application/json'\
                 -d '{"creator":"alice","text":"Hello from curl"}' http://127.0.0.1:9090/actions/publish-post

                Ctrl-C stops it.
                """, Welcome.text("http://127.0.0.1:9090", " --port 9090", true, true));
    }

    @Test
    void withoutDemoAccountsThereIsNothingToPaste() {
        assertEquals(
                "\nBits is ready: http://localhost:8080/@alice\n\nCtrl-C stops it.\n",
                Welcome.text("http://localhost:8080", "", true, false));
        assertEquals(
                "\nBits is ready: http://localhost:8080/\n\nCtrl-C stops it.\n",
                Welcome.text("http://localhost:8080", "", false, true));
    }
}
