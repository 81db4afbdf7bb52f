package page.bits.action.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a page may know of the session it is part of. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "Session")
record SessionView(
        boolean signedIn,

        @Schema(description = "What others see of the actor; only where signed in")
        String id,

        @Schema(description = "Only where signed in") String name,

        @Schema(description = "Handles of the creators that the actor owns")
        List<String> creators,

        @Schema(description = "Handles of the demo creators that this visitor may sign in as")
        List<String> demo,

        @Schema(description = "Whether anyone gets a guest token")
        boolean guests) {}
